// Command motd prints a message of the day. It does little with much: every kind of module path
// and version that a GOPROXY serves is among its requirements.
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime/debug"

	"github.com/BurntSushi/toml"
	"github.com/cespare/xxhash/v2"
	"github.com/gofrs/uuid"
	"github.com/gorilla/mux"
	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"
	"golang.org/x/exp/maps"
	"golang.org/x/exp/slices"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"gopkg.in/yaml.v3"
	"rsc.io/quote/v3"
)

const settings = `
[server]
name = "motd"
languages = ["en", "fr", "de"]
`

type config struct {
	Server struct {
		Name      string
		Languages []string
	}
}

type message struct {
	Server    string   `yaml:"server"`
	Text      string   `yaml:"text"`
	Digest    string   `yaml:"digest"`
	ID        string   `yaml:"id"`
	Languages []string `yaml:"languages"`
}

// routes returns what the server answers, by path.
func routes() map[string]http.HandlerFunc {
	return map[string]http.HandlerFunc{"/motd": serve}
}

// compose returns the message that the settings ask for.
func compose() (message, error) {
	var c config
	if _, err := toml.Decode(settings, &c); err != nil {
		return message{}, err
	}
	text := quote.GoV3()
	m := message{
		Server: c.Server.Name,
		Text:   text,
		Digest: fmt.Sprintf("%016x", xxhash.Sum64String(text)),
		ID:     uuid.NewV5(uuid.NamespaceURL, text).String(),
	}
	for _, name := range c.Server.Languages {
		m.Languages = append(m.Languages, display.Self.Name(language.Make(name)))
	}
	return m, nil
}

// serve answers GET /motd with the message as YAML.
func serve(w http.ResponseWriter, _ *http.Request) {
	m, err := compose()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if err := yaml.NewEncoder(w).Encode(m); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// run asks its own router once, prints the answer, and tells how many modules it was built from.
func run(cmd *cobra.Command, _ []string) error {
	log := logrus.New()
	log.SetOutput(cmd.OutOrStdout())
	log.SetFormatter(&logrus.TextFormatter{DisableTimestamp: true, DisableColors: true})
	router := mux.NewRouter()
	paths := maps.Keys(routes())
	slices.Sort(paths)
	for _, path := range paths {
		log.WithField("path", path).Info("route")
		router.HandleFunc(path, routes()[path]).Methods(http.MethodGet)
	}
	answer := httptest.NewRecorder()
	router.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/motd", nil))
	fmt.Fprint(cmd.OutOrStdout(), answer.Body.String())
	if info, ok := debug.ReadBuildInfo(); ok {
		fmt.Fprintf(cmd.OutOrStdout(), "built from %d modules\n", len(info.Deps))
	}
	return nil
}

func main() {
	motd := &cobra.Command{Use: "motd", Short: "Print a message of the day", RunE: run}
	if err := motd.Execute(); err != nil {
		os.Exit(1)
	}
}
