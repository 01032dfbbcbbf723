package main

import (
	"fmt"

	"github.com/golang/protobuf/proto"
	"gopkg.in/yaml.v3"
)

func main() {
	text, err := yaml.Marshal(map[string]int{"a": 1})
	fmt.Print(string(text), err, proto.MarshalTextString(nil))
}
