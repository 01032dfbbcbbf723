module example.com/mux

go 1.13

require (
	github.com/gorilla/mux v1.7.4
	github.com/gorilla/sessions v1.2.0
)
