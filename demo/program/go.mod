module example.com/motd

go 1.21

require (
	github.com/BurntSushi/toml v1.3.2
	github.com/cespare/xxhash/v2 v2.2.0
	github.com/gofrs/uuid v4.4.0+incompatible
	github.com/gorilla/mux v1.8.1
	github.com/sirupsen/logrus v1.9.3
	github.com/spf13/cobra v1.8.0
	golang.org/x/exp v0.0.0-20230905200255-921286631fa9
	golang.org/x/text v0.14.0
	gopkg.in/yaml.v3 v3.0.1
	rsc.io/quote/v3 v3.1.0
)

require (
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/spf13/pflag v1.0.5 // indirect
	golang.org/x/sys v0.12.0 // indirect
	rsc.io/sampler v1.3.0 // indirect
)
