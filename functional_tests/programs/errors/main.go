package main

import (
	"fmt"

	"github.com/BurntSushi/toml"
	"github.com/pkg/errors"
	"gopkg.in/yaml.v2"
)

func main() {
	var into map[string]int
	_, err := toml.Decode("a = 1", &into)
	text, _ := yaml.Marshal(into)
	fmt.Print(errors.WithMessage(err, "toml"), string(text))
}
