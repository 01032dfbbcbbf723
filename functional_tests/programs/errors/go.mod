module example.com/errors

go 1.12

require (
	github.com/BurntSushi/toml v0.3.1
	github.com/pkg/errors v0.8.1
	gopkg.in/yaml.v2 v2.2.2
)
