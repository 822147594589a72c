package behaviour

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"wscope/analyzer/record"
)

// alikeLines are the lines of a message that a subprotocol writes as several JSON objects, of which it says what the first one is: those
// that have the first one's form, each as a message of its own. nil where there is one, or where the lines are anything else.
func alikeLines(m *record.Message) (list []*record.Message) {
	if m.Type != "text" || !isProtocol(m.App) || len(m.Data) > maxParse || len(m.Data) == 0 || m.Data[0] != '{' || bytes.IndexByte(m.Data, '\n') < 0 {
		return nil
	}
	form, said, lines := "", "", 0
	for line := range bytes.SplitSeq(m.Data, []byte("\n")) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		var object map[string]any
		if lines++; lines > maxBatch || json.Unmarshal(line, &object) != nil {
			return nil
		}
		is, id := formOf(object), lineID(object)
		if lines == 1 {
			form, said = is, id
		}
		if is != form {
			continue // what it is was not said
		}
		one, app := *m, *m.App
		if app.ID != "" && app.ID == said {
			app.ID = id
		}
		one.Data, one.Length, one.App = line, int64(len(line)), &app
		list = append(list, &one)
	}
	if lines < 2 {
		return nil
	}
	return list
}

// formOf is the names of an object's members, and of those of its objects.
func formOf(object map[string]any) string {
	names := slices.Sorted(maps.Keys(object))
	for i, key := range names {
		if inside, _ := object[key].(map[string]any); inside != nil {
			names[i] += "{" + strings.Join(slices.Sorted(maps.Keys(inside)), " ") + "}"
		}
	}
	return strings.Join(names, " ")
}

func lineID(object map[string]any) string {
	switch id := object["id"].(type) {
	case string:
		return id
	case float64:
		return fmt.Sprint(int64(id))
	}
	return ""
}
