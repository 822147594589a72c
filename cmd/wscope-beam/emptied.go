package main

import (
	"context"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/filesystem"
)

// ours are the names of shards, of whatever number and format.
var ours = regexp.MustCompile(`^(flows|messages|findings|dead-letters)-[0-9]{5,}-of-[0-9]{5,}\.(ndjson|parquet)$`)

// emptied makes sure that a folder has no shards of an earlier run: those of this one may have
// other names, and whoever reads the folder would take both. With remove it removes them.
func emptied(ctx context.Context, folder string, remove bool) error {
	fs, err := filesystem.New(ctx, folder)
	if err != nil {
		return err
	}
	defer fs.Close()
	names, err := fs.List(ctx, strings.TrimSuffix(folder, "/")+"/*")
	if err != nil {
		return err
	}
	for _, name := range names {
		if !ours.MatchString(path.Base(name)) {
			continue
		}
		if !remove {
			return fmt.Errorf("%s has the records of an earlier run: name another folder, or give -replace", folder)
		}
		remover, ok := fs.(filesystem.Remover)
		if !ok {
			return fmt.Errorf("%s: records of an earlier run cannot be removed there", folder)
		}
		if err := remover.Remove(ctx, name); err != nil {
			return err
		}
	}
	return nil
}
