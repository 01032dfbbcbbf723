module example.com/fork

go 1.21

require (
	github.com/golang/protobuf v1.5.4
	gopkg.in/yaml.v3 v3.0.1
)

require google.golang.org/protobuf v1.33.0 // indirect

replace gopkg.in/yaml.v3 => github.com/go-yaml/yaml/v3 v3.0.1
