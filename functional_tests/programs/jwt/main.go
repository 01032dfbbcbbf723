package main

import (
	"fmt"

	"github.com/dgrijalva/jwt-go"
	"github.com/google/uuid"
	satori "github.com/satori/go.uuid"
)

func main() {
	fmt.Println(jwt.SigningMethodHS256.Alg(), uuid.Nil, satori.Nil)
}
