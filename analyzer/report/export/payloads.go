package export

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"wscope/analyzer/record"
)

// Payloads writes what the messages say into files, in a folder a flow:
//
//	flow-000001/000007-client-text.txt     a file a message
//	flow-000001/client.bin                 or all that a side said: its texts and binaries, nothing between them
//
// Names are made of numbers and of wscope's own words alone, so that no capture chooses a
// name. The extension is txt for valid UTF-8, else bin. Beside the folders index.ndjson has a
// line a message, with the file that it is in, and where in it, and its length.
type Payloads struct {
	record.NopSink
	place        *Place
	perDirection bool
	index        *json.Encoder
	made         map[int64]bool // flows that have a folder
	out          *os.File       // perDirection: the file written last
	sizes        map[string]int64
}

// NewPayloads writes into an empty folder.
func NewPayloads(p *Place, perDirection bool) (*Payloads, error) {
	w, err := p.Create("index.ndjson")
	if err != nil {
		return nil, err
	}
	return &Payloads{
		place: p, perDirection: perDirection, index: json.NewEncoder(w), made: map[int64]bool{}, sizes: map[string]int64{},
	}, nil
}

// Wants asks for messages.
func (p *Payloads) Wants() record.Wants { return record.Wants{Messages: true, Payload: true} }

// payloadLine is a line of index.ndjson.
type payloadLine struct {
	File     string      `json:"file"`
	Offset   int64       `json:"offset"` // in the file
	Bytes    int         `json:"bytes"`  // in the file; less than length where the message is not whole
	Flow     int64       `json:"flow"`
	Message  int64       `json:"message"`
	From     string      `json:"from"`
	Type     string      `json:"type"`
	Time     record.Time `json:"time"`
	Length   int64       `json:"length"`
	Complete bool        `json:"complete"`
}

func (p *Payloads) Message(m *record.Message) error {
	if p.perDirection && m.Type != "text" && m.Type != "binary" {
		return nil
	}
	folder := fmt.Sprintf("flow-%06d", m.Flow)
	if !p.made[m.Flow] {
		if err := os.Mkdir(filepath.Join(p.place.Path(), folder), 0o755); err != nil {
			return Named(p.place.name, err)
		}
		p.made[m.Flow] = true
	}
	name := folder + "/" + p.name(m)
	offset := p.sizes[name]
	if err := p.write(name, m.Data); err != nil {
		return Named(p.place.name, err)
	}
	if p.perDirection {
		p.sizes[name] = offset + int64(len(m.Data))
	}
	return p.index.Encode(payloadLine{
		File: name, Offset: offset, Bytes: len(m.Data), Flow: m.Flow, Message: m.Message, From: string(m.From), Type: m.Type,
		Time: m.Time, Length: m.Length, Complete: m.Complete,
	})
}

func (p *Payloads) name(m *record.Message) string {
	if p.perDirection {
		return string(m.From) + ".bin"
	}
	extension := "bin"
	if m.IsText {
		extension = "txt"
	}
	return fmt.Sprintf("%06d-%s-%s.%s", m.Message, m.From, m.Type, extension)
}

// write appends to a file of the folder. The file of the latest direction stays open.
func (p *Payloads) write(name string, b []byte) error {
	path := filepath.Join(p.place.Path(), filepath.FromSlash(name))
	if !p.perDirection {
		return os.WriteFile(path, b, 0o644)
	}
	if p.out == nil || p.out.Name() != path {
		if err := p.closeOut(); err != nil {
			return err
		}
		f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
		if err != nil {
			return err
		}
		p.out = f
	}
	_, err := p.out.Write(b)
	return err
}

func (p *Payloads) closeOut() error {
	if p.out == nil {
		return nil
	}
	f := p.out
	p.out = nil
	return f.Close()
}

func (p *Payloads) Close(*record.Summary) error { return p.closeOut() }
