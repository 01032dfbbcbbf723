package main

import (
	"fmt"
	"go/parser"
	"go/token"

	"golang.org/x/tools/go/ast/astutil"
)

func main() {
	file, err := parser.ParseFile(token.NewFileSet(), "a.go", "package a", 0)
	fmt.Println(astutil.UsesImport(file, "fmt"), err)
}
