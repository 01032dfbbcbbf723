package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func main() {
	command := &cobra.Command{Use: "hello", Short: "says hello"}
	fmt.Print(command.UsageString())
}
