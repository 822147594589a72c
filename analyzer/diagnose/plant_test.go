package diagnose

import (
	"math/rand/v2"
	"strconv"

	"wscope/analyzer/record"
)

// plant makes flow records with known causes.
type plant struct {
	r     *rand.Rand
	flows []*record.Flow
}

func newPlant(seed uint64) *plant { return &plant{r: rand.New(rand.NewPCG(seed, 1))} }

const second = int64(1e9)

var begin = int64(1_790_000_000) * second

// flow adds a flow that begins so many seconds into the capture, lives and is silent at the end.
func (p *plant) flow(start, age, silence float64, c record.Closing) *record.Flow {
	at := begin + int64((start+age)*1e9)
	f := &record.Flow{
		Flow:   int64(len(p.flows) + 1),
		Client: record.Endpoint{IP: "10.1.0." + strconv.Itoa(1+p.r.IntN(200)), Port: uint16(40000 + len(p.flows))},
		Server: record.Endpoint{IP: "10.2.0.1", Port: 80},
		Start:  record.Time(begin + int64(start*1e9)), End: record.Time(at), Pickup: "handshake",
		Handshake: &record.Handshake{Result: "accepted"},
		Pace:      &record.Pace{LongestSilence: record.Seconds(max(age-silence, 0) / 4 * 1e9)},
	}
	if c.How != "none" {
		c.At, c.Packet = (*record.Time)(&at), f.Flow*10
		c.Silence = seconds(silence)
	} else {
		c.TCP = "open when the capture ended"
	}
	f.Close = &c
	p.flows = append(p.flows, f)
	return f
}

func code(n int) *int { return &n }

// healthy adds flows that end in good order, or not at all.
func (p *plant) healthy(n int, span float64) {
	for range n {
		start := p.r.Float64() * span
		age := p.r.Float64() * (span - start)
		c := record.Closing{By: "client", How: "handshake", Code: code(1000)}
		switch p.r.IntN(4) {
		case 0:
			c.Code = code(1001)
		case 1:
			c = record.Closing{How: "none"}
			age = span - start
		case 2:
			c.Code = nil
		}
		p.flow(start, age, p.r.Float64()*min(age, 3), c)
	}
}

func (p *plant) diagnose() []record.Ending {
	var d Diagnosis
	for _, i := range p.r.Perm(len(p.flows)) {
		d.Add(p.flows[i])
	}
	return d.Endings()
}
