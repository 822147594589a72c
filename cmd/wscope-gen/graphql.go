package main

import "strconv"

// graphqlBegin opens graphql-transport-ws and subscribes.
func graphqlBegin(g *generator, c *conversation) {
	g.text(c, client, []byte(`{"type":"connection_init","payload":{}}`))
	g.text(c, server, []byte(`{"type":"connection_ack"}`))
	g.subscribe(c)
}

func (g *generator) subscribe(c *conversation) {
	c.serial++
	b := append(g.scraps.text[:0], `{"id":"`...)
	b = strconv.AppendInt(b, int64(c.serial), 10)
	b = append(b, `","type":"subscribe","payload":{"operationName":"Orders","query":"subscription Orders($shop: ID!) {\n  orders(shop: $shop) {\n    id\n    total\n    lines { sku quantity price }\n    customer { name email }\n  }\n}","variables":{"shop":"`...)
	b = g.number(b, 1000)
	g.text(c, client, append(b, `"}}}`...))
}

// graphqlTurn is a result of the subscription; now and then it ends and another begins.
func graphqlTurn(g *generator, c *conversation) {
	b := g.scraps.text[:0]
	switch dice := g.IntN(100); {
	case dice < 4:
		g.text(c, client, append(b, `{"type":"ping"}`...))
		g.text(c, server, append(b[:0], `{"type":"pong"}`...))
		return
	case dice < 10:
		b = append(b, `{"id":"`...)
		b = strconv.AppendInt(b, int64(c.serial), 10)
		g.text(c, server, append(b, `","type":"complete"}`...))
		g.subscribe(c)
		return
	}
	b = append(b, `{"id":"`...)
	b = strconv.AppendInt(b, int64(c.serial), 10)
	b = append(b, `","type":"next","payload":{"data":{"orders":{"id":"`...)
	b = g.identifier(b)
	b = append(b, `","total":`...)
	b = g.price(b)
	b = append(b, `,"lines":[`...)
	for i := range g.length(lognormal{3, 0.9}, 1, 100) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"sku":"SKU-`...)
		b = g.number(b, 100000)
		b = append(b, `","quantity":`...)
		b = g.number(b, 20)
		b = append(b, `,"price":`...)
		b = append(g.price(b), '}')
	}
	b = append(b, `],"customer":{"name":`...)
	b = g.person(b)
	b = append(b, `,"email":"someone@example.com"},"note":"`...)
	b = g.speech(b, g.length(fitted["graphql-transport-ws"].length, 1, 4000))
	g.text(c, server, append(b, `"}}}}`...))
}

// price appends a price with two digits behind the point.
func (g *generator) price(b []byte) []byte {
	b = g.number(b, 1000)
	b = append(b, '.')
	n := g.IntN(100)
	return append(b, '0'+byte(n/10), '0'+byte(n%10))
}
