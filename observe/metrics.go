package observe

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"maillab/mockserver"
	"maillab/protocol"
)

// Metrics counts what happens, for Prometheus. Labels have few values, whatever clients say: domains,
// services, verbs of the protocol tables, codes and mechanisms of the servers.
type Metrics struct {
	registry *prometheus.Registry

	connections, replies, logins, handshakes *prometheus.CounterVec
	mails, octets                            *prometheus.CounterVec
	open                                     *prometheus.GaugeVec
	sessions                                 *prometheus.HistogramVec
	events                                   map[protocol.Kind]prometheus.Counter
	faults                                   *prometheus.CounterVec
}

// eventCounters are the counters of events, by the name of each.
var eventCounters = map[protocol.Kind]struct{ name, help string }{
	protocol.KindDelivered: {"deliveries_total", "Mails put into a mailbox."},
	protocol.KindRetrieved: {"retrievals_total", "Mails read over POP3."},
	protocol.KindQueued:    {"queued_total", "Recipients whose mail was queued for another server."},
	protocol.KindDeferred:  {"deferrals_total", "Tries to send on that failed and will be repeated."},
	protocol.KindRelayed:   {"relays_total", "Recipients whose mail another server has taken."},
	protocol.KindBounced:   {"bounces_total", "Recipients whose mail was given up."},
}

const namespace = "maillab"

// sessionSeconds are the bounds of the histogram: a program takes milliseconds, a person minutes.
var sessionSeconds = []float64{.001, .005, .01, .05, .1, .5, 1, 5, 10, 60, 300, 1800}

// NewMetrics makes the counters, with those of the process and of the Go runtime.
func NewMetrics() *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), events: map[protocol.Kind]prometheus.Counter{}}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
		m.registry.MustRegister(c)
		return c
	}
	m.connections = counter("connections_total", "Connections of clients.", "domain", "service")
	m.replies = counter("replies_total", "Replies, by the command answered.", "domain", "service", "verb", "code")
	m.logins = counter("logins_total", "Logins tried.", "domain", "service", "mechanism", "result")
	m.handshakes = counter("tls_handshakes_total", "TLS handshakes.", "domain", "service", "version", "result")
	m.mails = counter("mails_total", "Mails taken in.", "domain", "service")
	m.octets = counter("mail_octets_total", "Octets of the mails taken in, as kept.", "domain", "service")
	m.faults = counter("faults_total", "Faults that struck on purpose.", "fault")
	m.open = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Namespace: namespace, Name: "connections_open", Help: "Connections there are now.",
	}, []string{"domain", "service"})
	m.sessions = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: namespace, Name: "session_seconds", Help: "How long connections lasted.", Buckets: sessionSeconds,
	}, []string{"domain", "service"})
	m.registry.MustRegister(m.open, m.sessions, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	for kind, c := range eventCounters {
		m.events[kind] = prometheus.NewCounter(prometheus.CounterOpts{Namespace: namespace, Name: c.name, Help: c.help})
		m.registry.MustRegister(m.events[kind])
	}
	return m
}

// Queue makes the length of the queue a figure; length is called at each look and counts mails.
func (m *Metrics) Queue(length func() int) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: namespace, Name: "queue_mails", Help: "Mails that wait for another server.",
	}, func() float64 { return float64(length()) }))
}

// Notice counts a notice.
func (m *Metrics) Notice(n mockserver.Notice) {
	switch n.Kind {
	case mockserver.NoticeConnected:
		m.connections.WithLabelValues(n.Domain, n.Service).Inc()
		m.open.WithLabelValues(n.Domain, n.Service).Inc()
	case mockserver.NoticeEnded:
		m.open.WithLabelValues(n.Domain, n.Service).Dec()
		m.sessions.WithLabelValues(n.Domain, n.Service).Observe(n.Took.Seconds())
	case mockserver.NoticeReply:
		m.replies.WithLabelValues(n.Domain, n.Service, n.Verb, n.Code).Inc()
	case mockserver.NoticeMail:
		m.mails.WithLabelValues(n.Domain, n.Service).Inc()
		m.octets.WithLabelValues(n.Domain, n.Service).Add(float64(n.Octets))
	case mockserver.NoticeLogin:
		m.logins.WithLabelValues(n.Domain, n.Service, n.Mechanism, result(n.OK)).Inc()
	case mockserver.NoticeTLS:
		m.handshakes.WithLabelValues(n.Domain, n.Service, n.Version, result(n.OK)).Inc()
	}
}

func result(ok bool) string {
	if ok {
		return "ok"
	}
	return "failed"
}

// Event counts an event.
func (m *Metrics) Event(e protocol.Event) {
	if e.Kind == protocol.KindFault {
		m.faults.WithLabelValues(e.Name).Inc()
		return
	}
	if c, ok := m.events[e.Kind]; ok {
		c.Inc()
	}
}

// Handler answers Prometheus at /metrics and nothing else.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	return mux
}
