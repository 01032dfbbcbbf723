package main

import (
	"fmt"

	"github.com/gorilla/mux"
	"github.com/gorilla/sessions"
)

func main() {
	router := mux.NewRouter()
	store := sessions.NewCookieStore([]byte("key"))
	fmt.Println(router.Path("/a").GetPathTemplate())
	fmt.Println(store.Options.Path)
}
