package protocol

// VerbResponse and VerbDot are the Verb values of lines that are not commands.
const (
	VerbResponse = "(response)" // a line inside an AUTH exchange
	VerbDot      = "."          // the line that ends the content
)

// smtpTable is RFC 5321, with AUTH from RFC 4954, STARTTLS from RFC 3207, BDAT from RFC 3030, ETRN from
// RFC 1985 and the obsolete commands of RFC 821 that the handout's "18 commands" still counted.
var smtpTable = Table{
	Protocol: SMTP,
	States: []State{
		StateConnecting, StateGreeted, StateIdentified, StateAuth,
		StateMail, StateRcpt, StateContent, StateChunks, StateClosed,
	},
	Greeting: Row{
		Syntax: "220 host ESMTP text",
		States: []State{StateConnecting},
		Answers: []Answer{
			{Code: "220", Next: StateGreeted},
			{Code: "554", Next: StateGreeted},
			{Code: "421", Next: StateClosed},
		},
		Ref: "RFC 5321 §3.1",
	},
	Response: Row{
		Verb: VerbResponse, Syntax: "base64", States: []State{StateAuth}, Secrecy: SecretLine,
		Answers: []Answer{
			{Code: "235", Next: stateBase, Marks: MarkAuthenticated},
			{Code: "334", Next: StateAuth},
			{Code: "535", Next: stateBase}, {Code: "501", Next: stateBase}, {Code: "500", Next: stateBase},
			{Code: "432", Next: stateBase}, {Code: "454", Next: stateBase}, {Code: "534", Next: stateBase},
			{Code: "538", Next: stateBase}, {Code: "553", Next: stateBase},
		},
		Ref: "RFC 4954 §4",
	},
	Dot: Row{
		Verb: VerbDot, Lead: ".", Syntax: ".", Example: ".", States: []State{StateContent},
		Answers: []Answer{
			{Code: "250", Next: stateBase},
			{Code: "552", Next: stateBase}, {Code: "554", Next: stateBase}, {Code: "451", Next: stateBase},
			{Code: "452", Next: stateBase}, {Code: "450", Next: stateBase}, {Code: "550", Next: stateBase},
		},
		Ref: "RFC 5321 §4.1.1.4",
	},
	Rows: []Row{
		{
			Verb: "EHLO", Lead: "EHLO ", Syntax: "EHLO domain", Example: "EHLO jspdevelop", Args: ArgsDomain,
			States: []State{StateGreeted, StateIdentified, StateMail, StateRcpt, StateChunks},
			Answers: []Answer{
				{Code: "250", Next: StateIdentified, Marks: MarkESMTP},
				{Code: "502"}, {Code: "504"}, {Code: "550"}, {Code: "554"},
			},
			Ref: "RFC 5321 §4.1.1.1",
		},
		{
			Verb: "HELO", Lead: "HELO ", Syntax: "HELO domain", Example: "HELO jspdevelop", Args: ArgsDomain,
			States: []State{StateGreeted, StateIdentified, StateMail, StateRcpt, StateChunks},
			Answers: []Answer{
				{Code: "250", Next: StateIdentified, Marks: MarkPlain},
				{Code: "502"}, {Code: "504"}, {Code: "550"},
			},
			InsteadOf: "EHLO", Ref: "RFC 5321 §4.1.1.1",
		},
		{
			Verb: "AUTH", Lead: "AUTH ", Syntax: "AUTH mechanism [initial-response]", Example: "AUTH LOGIN", Args: ArgsMechanism,
			States: []State{StateIdentified}, Needs: []Need{NeedESMTP}, Excludes: []Need{NeedAuth},
			Answers: []Answer{
				{Code: "334", Next: StateAuth},
				{Code: "235", Next: StateIdentified, Marks: MarkAuthenticated},
				{Code: "504"}, {Code: "535"}, {Code: "530"}, {Code: "534"}, {Code: "538"},
				{Code: "454"}, {Code: "432"},
			},
			Secrecy: SecretAfter1, Keyword: "AUTH", Ref: "RFC 4954 §4",
		},
		{
			Verb: "STARTTLS", Lead: "STARTTLS", Syntax: "STARTTLS", Example: "STARTTLS", Args: ArgsNone,
			States: []State{StateIdentified}, Needs: []Need{NeedESMTP}, Excludes: []Need{NeedTLS},
			Answers: []Answer{
				{Code: "220", Next: StateGreeted, Marks: MarkTLS},
				{Code: "454"},
			},
			Keyword: "STARTTLS", Ref: "RFC 3207 §4",
		},
		{
			Verb: "MAIL", Lead: "MAIL FROM:<", Syntax: "MAIL FROM:<reverse-path> [parameters]",
			Example: "MAIL FROM:<jspdevelop@lab.test>", Args: ArgsFrom,
			States: []State{StateIdentified},
			Answers: []Answer{
				{Code: "250", Next: StateMail},
				{Code: "552"}, {Code: "451"}, {Code: "452"}, {Code: "550"}, {Code: "553"},
				{Code: "455"}, {Code: "555"}, {Code: "530"},
			},
			Ref: "RFC 5321 §4.1.1.2",
		},
		{
			Verb: "RCPT", Lead: "RCPT TO:<", Syntax: "RCPT TO:<forward-path> [parameters]",
			Example: "RCPT TO:<fpwjp@lab.test>", Args: ArgsTo,
			States: []State{StateMail, StateRcpt},
			Answers: []Answer{
				{Code: "250", Next: StateRcpt, Marks: MarkRecipient},
				{Code: "251", Next: StateRcpt, Marks: MarkRecipient},
				{Code: "550"}, {Code: "551"}, {Code: "552"}, {Code: "553"}, {Code: "450"},
				{Code: "451"}, {Code: "452"}, {Code: "455"}, {Code: "555"}, {Code: "530"}, {Code: "556"},
			},
			Ref: "RFC 5321 §4.1.1.3",
		},
		{
			Verb: "DATA", Lead: "DATA", Syntax: "DATA", Example: "DATA", Args: ArgsNone,
			States: []State{StateRcpt},
			Answers: []Answer{
				{Code: "354", Next: StateContent},
				{Code: "554"}, {Code: "451"}, {Code: "550"},
			},
			Ref: "RFC 5321 §4.1.1.4",
		},
		{
			Verb: "QUIT", Lead: "QUIT", Syntax: "QUIT", Example: "QUIT", Args: ArgsNone,
			Answers: []Answer{{Code: "221", Next: StateClosed}},
			Ref:     "RFC 5321 §4.1.1.10",
		},
		{
			Verb: "RSET", Lead: "RSET", Syntax: "RSET", Example: "RSET", Args: ArgsNone,
			Answers: []Answer{{Code: "250", Next: stateBase}},
			Ref:     "RFC 5321 §4.1.1.5",
		},
		{
			Verb: "NOOP", Lead: "NOOP", Syntax: "NOOP [text]", Example: "NOOP", Args: ArgsAny,
			Answers: []Answer{{Code: "250"}},
			Ref:     "RFC 5321 §4.1.1.9",
		},
		{
			Verb: "VRFY", Lead: "VRFY ", Syntax: "VRFY user-or-mailbox", Example: "VRFY fpwjp", Args: ArgsText,
			Answers: []Answer{
				{Code: "250"}, {Code: "251"}, {Code: "252"}, {Code: "550"}, {Code: "551"},
				{Code: "553"}, {Code: "502"}, {Code: "504"},
			},
			Ref: "RFC 5321 §4.1.1.6",
		},
		{
			Verb: "EXPN", Lead: "EXPN ", Syntax: "EXPN mailing-list", Example: "EXPN staff", Args: ArgsText,
			Answers: []Answer{{Code: "250"}, {Code: "252"}, {Code: "550"}, {Code: "553"}, {Code: "502"}, {Code: "504"}},
			Ref:     "RFC 5321 §4.1.1.7",
		},
		{
			Verb: "HELP", Lead: "HELP", Syntax: "HELP [command]", Example: "HELP MAIL", Args: ArgsAny,
			Answers: []Answer{{Code: "214"}, {Code: "211"}, {Code: "502"}, {Code: "504"}},
			Ref:     "RFC 5321 §4.1.1.8",
		},
		{
			Verb: "BDAT", Lead: "BDAT ", Syntax: "BDAT octets [LAST]", Example: "BDAT 22 LAST", Args: ArgsChunk,
			States: []State{StateRcpt, StateChunks}, Needs: []Need{NeedESMTP},
			Answers: chunkAnswers(StateChunks), Last: chunkAnswers(stateBase),
			InsteadOf: "DATA", Keyword: "CHUNKING", Ref: "RFC 3030 §2",
		},
		{
			Verb: "ETRN", Lead: "ETRN ", Syntax: "ETRN domain", Example: "ETRN far.test", Args: ArgsText,
			States: []State{StateIdentified}, Needs: []Need{NeedESMTP},
			Answers: []Answer{
				{Code: "250"}, {Code: "251"}, {Code: "252"}, {Code: "253"}, {Code: "458"}, {Code: "459"}, {Code: "530"},
			},
			Keyword: "ETRN", Ref: "RFC 1985 §5",
		},
		obsolete("SEND", "SEND FROM:<", "SEND FROM:<reverse-path>", "RFC 5321 §F.6"),
		obsolete("SOML", "SOML FROM:<", "SOML FROM:<reverse-path>", "RFC 5321 §F.6"),
		obsolete("SAML", "SAML FROM:<", "SAML FROM:<reverse-path>", "RFC 5321 §F.6"),
		obsolete("TURN", "TURN", "TURN", "RFC 5321 §F.1"),
	},
	Anywhere: []Answer{
		{Code: "421", Next: StateClosed},
		{Code: "500"}, {Code: "501"}, {Code: "502"}, {Code: "503"},
	},
}

// chunkAnswers are the replies to BDAT: one that fails leaves the mail unfinished, and only RSET
// or a new EHLO goes on from there (RFC 3030 §2).
func chunkAnswers(next State) []Answer {
	return []Answer{
		{Code: "250", Next: next},
		{Code: "552", Next: StateChunks}, {Code: "554", Next: StateChunks}, {Code: "451", Next: StateChunks},
		{Code: "452", Next: StateChunks}, {Code: "450", Next: StateChunks}, {Code: "550", Next: StateChunks},
	}
}

func obsolete(verb, lead, syntax, ref string) Row {
	return Row{
		Verb: verb, Lead: lead, Syntax: syntax, Example: lead, Args: ArgsAny, Obsolete: true, Ref: ref,
		Answers: []Answer{{Code: "502"}},
	}
}
