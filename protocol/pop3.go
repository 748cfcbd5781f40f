package protocol

// The two status indicators of POP3 (RFC 1939 §3) and the mark of a SASL
// challenge (RFC 5034 §4).
const (
	CodeOK        = "+OK"
	CodeErr       = "-ERR"
	CodeChallenge = "+"
)

// pop3Table is RFC 1939, with CAPA from RFC 2449, AUTH from RFC 5034, STLS from RFC 2595, UTF8 and
// LANG from RFC 6856.
var pop3Table = Table{
	Protocol: POP3,
	States: []State{
		StateConnecting, StateAuthorization, StateUser, StateAuth, StateTransaction, StateUpdate, StateClosed,
	},
	Greeting: Row{
		Syntax: "+OK text [<timestamp>]",
		States: []State{StateConnecting},
		Answers: []Answer{
			{Code: CodeOK, Next: StateAuthorization},
			{Code: CodeErr, Next: StateClosed},
		},
		Ref: "RFC 1939 §4",
	},
	Response: Row{
		Verb: VerbResponse, Syntax: "base64", States: []State{StateAuth}, Secrecy: SecretLine,
		Answers: []Answer{
			{Code: CodeOK, Next: StateTransaction, Marks: MarkAuthenticated},
			{Code: CodeChallenge, Next: StateAuth},
			{Code: CodeErr, Next: StateAuthorization},
		},
		Ref: "RFC 5034 §4",
	},
	Rows: []Row{
		{
			Verb: "USER", Lead: "USER ", Syntax: "USER name", Example: "USER fpwjp", Args: ArgsWord,
			States:  []State{StateAuthorization, StateUser},
			Answers: []Answer{{Code: CodeOK, Next: StateUser}, {Code: CodeErr, Next: StateAuthorization}},
			Ref:     "RFC 1939 §7",
		},
		{
			Verb: "PASS", Lead: "PASS ", Syntax: "PASS string", Example: "PASS fpw123", Args: ArgsText,
			States: []State{StateUser},
			Answers: []Answer{
				{Code: CodeOK, Next: StateTransaction, Marks: MarkAuthenticated},
				{Code: CodeErr, Next: StateAuthorization},
			},
			Secrecy: SecretArgs, Ref: "RFC 1939 §7",
		},
		{
			Verb: "APOP", Lead: "APOP ", Syntax: "APOP name digest",
			Example: "APOP fpwjp c4c9334bac560ecc979e58001b3e22fb", Args: ArgsNameDigest,
			States: []State{StateAuthorization}, Needs: []Need{NeedTimestamp},
			Answers: []Answer{
				{Code: CodeOK, Next: StateTransaction, Marks: MarkAuthenticated},
				{Code: CodeErr},
			},
			Secrecy: SecretAfter1, InsteadOf: "USER", Ref: "RFC 1939 §7",
		},
		{
			Verb: "STAT", Lead: "STAT", Syntax: "STAT", Example: "STAT", Args: ArgsNone,
			States: []State{StateTransaction}, Answers: okOrErr, Ref: "RFC 1939 §5",
		},
		{
			Verb: "LIST", Lead: "LIST", Syntax: "LIST [msg]", Example: "LIST", Args: ArgsNumberOptional,
			States: []State{StateTransaction}, Answers: okOrErr, Framing: MultiIfNoArgs, Ref: "RFC 1939 §5",
		},
		{
			Verb: "UIDL", Lead: "UIDL", Syntax: "UIDL [msg]", Example: "UIDL", Args: ArgsNumberOptional,
			States: []State{StateTransaction}, Answers: okOrErr, Framing: MultiIfNoArgs, Keyword: "UIDL", Ref: "RFC 1939 §7",
		},
		{
			Verb: "RETR", Lead: "RETR ", Syntax: "RETR msg", Example: "RETR 11", Args: ArgsNumber,
			States: []State{StateTransaction}, Answers: okOrErr, Framing: MultiContent, Ref: "RFC 1939 §5",
		},
		{
			Verb: "TOP", Lead: "TOP ", Syntax: "TOP msg n", Example: "TOP 11 5", Args: ArgsNumberNumber,
			States: []State{StateTransaction}, Answers: okOrErr, Framing: MultiContent, Keyword: "TOP", Ref: "RFC 1939 §7",
		},
		{
			Verb: "DELE", Lead: "DELE ", Syntax: "DELE msg", Example: "DELE 11", Args: ArgsNumber,
			States:  []State{StateTransaction},
			Answers: []Answer{{Code: CodeOK, Marks: MarkDeleted}, {Code: CodeErr}},
			Ref:     "RFC 1939 §5",
		},
		{
			Verb: "RSET", Lead: "RSET", Syntax: "RSET", Example: "RSET", Args: ArgsNone,
			States:  []State{StateTransaction},
			Answers: []Answer{{Code: CodeOK, Marks: MarkUndeleted}, {Code: CodeErr}},
			Ref:     "RFC 1939 §5",
		},
		{
			Verb: "NOOP", Lead: "NOOP", Syntax: "NOOP", Example: "NOOP", Args: ArgsNone,
			States: []State{StateTransaction}, Answers: okOrErr, Ref: "RFC 1939 §5",
		},
		{
			Verb: "QUIT", Lead: "QUIT", Syntax: "QUIT", Example: "QUIT", Args: ArgsNone,
			States:  []State{StateAuthorization, StateUser, StateTransaction},
			Answers: []Answer{{Code: CodeOK, Next: stateEnd}, {Code: CodeErr, Next: stateEnd}},
			Ref:     "RFC 1939 §6",
		},
		{
			Verb: "CAPA", Lead: "CAPA", Syntax: "CAPA", Example: "CAPA", Args: ArgsNone,
			States:  []State{StateAuthorization, StateUser, StateTransaction},
			Answers: okOrErr, Framing: MultiLine, Ref: "RFC 2449 §5",
		},
		{
			Verb: "AUTH", Lead: "AUTH ", Syntax: "AUTH mechanism [initial-response]", Example: "AUTH PLAIN", Args: ArgsMechanismOptional,
			States: []State{StateAuthorization, StateUser},
			Answers: []Answer{
				{Code: CodeChallenge, Next: StateAuth},
				{Code: CodeOK, Next: StateTransaction, Marks: MarkAuthenticated},
				{Code: CodeErr, Next: StateAuthorization},
			},
			Bare: okOrErr, Framing: MultiIfNoArgs,
			Secrecy: SecretAfter1, InsteadOf: "USER", Keyword: "SASL", Ref: "RFC 5034 §4",
		},
		{
			Verb: "STLS", Lead: "STLS", Syntax: "STLS", Example: "STLS", Args: ArgsNone,
			States: []State{StateAuthorization, StateUser}, Excludes: []Need{NeedTLS},
			Answers: []Answer{{Code: CodeOK, Next: StateAuthorization, Marks: MarkTLS}, {Code: CodeErr}},
			Keyword: "STLS", Ref: "RFC 2595 §4",
		},
		{
			Verb: "UTF8", Lead: "UTF8", Syntax: "UTF8", Example: "UTF8", Args: ArgsNone,
			States: []State{StateAuthorization, StateUser}, Answers: okOrErr, Keyword: "UTF8", Ref: "RFC 6856 §2",
		},
		{
			Verb: "LANG", Lead: "LANG", Syntax: "LANG [language]", Example: "LANG zh", Args: ArgsWordOptional,
			States:  []State{StateAuthorization, StateUser, StateTransaction},
			Answers: okOrErr, Framing: MultiIfNoArgs, Keyword: "LANG", Ref: "RFC 6856 §3",
		},
	},
	Anywhere: []Answer{{Code: CodeErr}},
}

var okOrErr = []Answer{{Code: CodeOK}, {Code: CodeErr}}
