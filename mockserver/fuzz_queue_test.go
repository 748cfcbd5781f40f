package mockserver

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"
	"time"
)

// FuzzEnvelope: a file of the queue is refused or understood, and what the lab makes of it reads back the same.
func FuzzEnvelope(f *testing.F) {
	const id, content = "0000000001", "x\n"
	good := record{
		Form: recordForm, Mail: "FROM:<a@lab.test> RET=HDRS ENVID=x+2By SMTPUTF8", Arrived: time.Unix(1, 0).UTC(), Octets: 3, Size: int64(len(content)),
		Parcels: []parcelRecord{{Domain: "far.test", Recipients: []string{"TO:<b@far.test> NOTIFY=DELAY,FAILURE ORCPT=rfc822;b@far.test", "TO:<\"c d\"@FAR.test>"}, Tries: 2, Next: time.Unix(9, 0).UTC(), Trouble: "451 later"}},
	}
	null := good
	null.Mail, null.Parcels = "FROM:<>", []parcelRecord{{Domain: "far.test", Recipients: []string{"TO:<@x,@y:b@far.test.>"}}, {Domain: "[127.0.0.1]", Recipients: []string{"TO:<b@[127.0.0.1]>"}}}
	for _, r := range []record{good, null, {}} {
		data, err := json.Marshal(r)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"form":1,"mail":null,"parcels":[{"tries":-1},null],"size":2}`))
	d, err := openDisk(f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = d.close() })
	if err := os.WriteFile(d.queue.Path(id+contentSuffix), []byte(content), 0o600); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(d.queue.Path(id+recordSuffix), data, 0o600); err != nil {
			t.Fatal(err)
		}
		q, err := d.readQueued(id)
		if err != nil {
			return
		}
		first, err := q.parcels()
		if err != nil {
			t.Fatalf("read, and then not: %v", err)
		}
		again := &queuedMail{folder: q.folder, id: id, record: q.record}
		again.record.Mail = first[0].mailArgument()
		again.record.Parcels = nil
		for _, p := range first {
			again.record.Parcels = append(again.record.Parcels, p.record())
		}
		second, err := again.parcels()
		if err != nil {
			t.Fatalf("%+v is written as %+v: %v", q.record, again.record, err)
		}
		for i := range first {
			first[i].queued, second[i].queued = nil, nil
			first[i].content, second[i].content = nil, nil
			if !reflect.DeepEqual(first[i], second[i]) {
				t.Fatalf("%+v becomes %+v", first[i], second[i])
			}
		}
	})
}
