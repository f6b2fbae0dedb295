package main

// The eight rules of docs/reference/bundle.md, in their order. The first that does not hold is told.
// Notes are opened and inclusion is checked by golang.org/x/mod/sumdb, under a key by the strict rule.

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	bundleLimit  = 256 << 20
	openedLimit  = 512 << 20
	entryLimit   = 65535
	payloadType  = "application/vnd.truceline.statement+json"
	incidents    = "incidents.jsonl"
	findings     = "findings.jsonl"
	observations = "observations.jsonl"
)

var (
	hashForm     = regexp.MustCompile(`^[0-9a-f]{64}$`)
	decimalForm  = regexp.MustCompile(`^[1-9][0-9]{0,15}$`)
	envelopeForm = regexp.MustCompile(`^\{"payload":"([A-Za-z0-9+/=]*)","payloadType":"` + regexp.QuoteMeta(payloadType) +
		`","signatures":\[\{"keyid":"([0-9a-f]{8})","sig":"([A-Za-z0-9+/=]*)"\}\]\}$`)
)

// wrong is what does not hold: the rule's number and name, and why.
type wrong struct{ rule, why string }

func (w wrong) Error() string { return w.rule + ": " + w.why }

// signer is the key of the bundle. As a note.Verifier it holds x/mod's notes to the strict rule.
type signer struct {
	name   string
	id     [4]byte
	public []byte
}

func (s signer) Name() string { return s.name }
func (s signer) KeyHash() uint32 {
	return uint32(s.id[0])<<24 | uint32(s.id[1])<<16 | uint32(s.id[2])<<8 | uint32(s.id[3])
}
func (s signer) Verify(msg, sig []byte) bool { return strictVerify(s.public, msg, sig) }

// record is one line of a derived file: its number, its bytes, and what they say.
type record struct {
	path string
	line int
	said object
}

// original is one cited line, as it was received.
type original struct {
	document string
	feed     string
	name     string
	line     int64
	text     []byte
}

// verified is what may be shown: all of it was checked.
type verified struct {
	about      string
	key        string
	pinned     bool
	standing   standing
	size       int64
	root       tlog.Hash
	entries    int
	incident   object
	findings   []object
	agreements map[string][]byte
	originals  []original
}

type file struct {
	index   int64
	kind    string
	body    object
	content []byte
}

func unbase64(text string) ([]byte, error) {
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil || base64.StdEncoding.EncodeToString(data) != text {
		return nil, errors.New("is not base64 in its one spelling")
	}
	return data, nil
}

func sum(data []byte) string {
	digest := sha256.Sum256(data)
	return hex.EncodeToString(digest[:])
}

// fields checks that an object has exactly these fields, each written "name:type".
func fields(v value, what string, wanted ...string) (object, error) {
	found, ok := v.(object)
	if !ok {
		return nil, fmt.Errorf("%s is no object", what)
	}
	if len(found) != len(wanted) {
		return nil, fmt.Errorf("%s has %d fields, not %d", what, len(found), len(wanted))
	}
	return found, has(found, what, wanted...)
}

// has checks that an object has at least these fields.
func has(found object, what string, wanted ...string) error {
	for _, field := range wanted {
		name, kind, _ := strings.Cut(field, ":")
		inner, there := found[name]
		if !there {
			return fmt.Errorf("%s has no %s", what, name)
		}
		right := false
		switch kind {
		case "text":
			_, right = inner.(string)
		case "text?":
			_, ok := inner.(string)
			right = inner == nil || ok
		case "list":
			_, right = inner.([]value)
		case "object":
			_, right = inner.(object)
		case "integer":
			_, right = inner.(int64)
		case "index":
			n, ok := inner.(int64)
			right = ok && n >= 0
		case "line":
			n, ok := inner.(int64)
			right = ok && n >= 1
		case "hash":
			s, ok := inner.(string)
			right = ok && hashForm.MatchString(s)
		case "id or none":
			s, ok := inner.(string)
			right = ok && aboutForm.MatchString(s)
		case "detail":
			right = isDetail(inner)
		case "hash?":
			s, ok := inner.(string)
			right = inner == nil || ok && hashForm.MatchString(s)
		case "object?":
			_, ok := inner.(object)
			right = inner == nil || ok
		case "integer?":
			_, ok := inner.(int64)
			right = inner == nil || ok
		case "hashes":
			right = isSet(inner, hashForm.MatchString, false)
		case "words":
			right = isSet(inner, func(string) bool { return true }, true)
		case "derived":
			right = isDerivedPath(inner)
		}
		if !right {
			return fmt.Errorf("%s.%s is not of type %s", what, name, kind)
		}
	}
	return nil
}

// readKey reads "name+id+key" by rule 2.
func readKey(text string) (signer, error) {
	var key signer
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return key, errors.New("is not name+id+key")
	}
	encoded, err := unbase64(parts[2])
	if err != nil {
		return key, err
	}
	if len(encoded) != 33 || encoded[0] != 1 {
		return key, errors.New("is not of type Ed25519 (0x01, 32 bytes)")
	}
	if parts[0] == "" || !utf8.ValidString(parts[0]) || strings.IndexFunc(parts[0], notInName) >= 0 {
		return key, errors.New("has a name that is empty or has a character that cannot be seen")
	}
	key = signer{name: parts[0], public: encoded[1:]}
	digest := sha256.Sum256([]byte(key.name + "\n" + string(encoded)))
	copy(key.id[:], digest[:4])
	if parts[1] != hex.EncodeToString(key.id[:]) {
		return key, fmt.Errorf("has id %x, not %q", key.id, parts[1])
	}
	if err := admitKey(key.public); err != nil {
		return key, fmt.Errorf("%x %w", key.public, err)
	}
	return key, nil
}

func notInName(c rune) bool {
	return c == '+' || c <= 0x20 || c >= 0x7f && c <= 0xa0 || c == 0x1680 || c >= 0x2000 && c <= 0x200f ||
		c >= 0x2028 && c <= 0x202f || c >= 0x205f && c <= 0x206f || c == 0x3000 || c == 0xfeff
}

// readCheckpoint checks the head of rule 3: size, root, and what mirrors put under it.
func readCheckpoint(text string, key signer) (int64, tlog.Hash, []line, error) {
	var root tlog.Hash
	lines := strings.Split(text, "\n")
	if len(lines) < 6 || lines[3] != "" || lines[len(lines)-1] != "" {
		return 0, root, nil, errors.New("is not three lines, an empty one, and lines of signatures")
	}
	if len(text) > noteLimit {
		return 0, root, nil, fmt.Errorf("has %d bytes, above %d", len(text), noteLimit)
	}
	if len(lines)-5 > noteLinesLimit {
		return 0, root, nil, fmt.Errorf("has %d signatures, above %d", len(lines)-5, noteLinesLimit)
	}
	if lines[0] != key.name {
		return 0, root, nil, fmt.Errorf("is of log %q, not of %q", lines[0], key.name)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || !decimalForm.MatchString(lines[1]) || size >= 1<<53 {
		return 0, root, nil, fmt.Errorf("size %q is no number from 1 to 2^53 - 1", lines[1])
	}
	given, err := unbase64(lines[2])
	if err != nil || len(given) != len(root) {
		return 0, root, nil, errors.New("the root is not 32 bytes in base64")
	}
	copy(root[:], given)
	before := "— " + key.name + " "
	signature, err := unbase64(strings.TrimPrefix(lines[4], before))
	if !strings.HasPrefix(lines[4], before) || err != nil || len(signature) != 4+64 {
		return 0, root, nil, fmt.Errorf("has no line of a signature of %q", key.name)
	}
	if !bytes.Equal(signature[:4], key.id[:]) {
		return 0, root, nil, fmt.Errorf("is signed by key %x, not by %x", signature[:4], key.id)
	}
	opened, err := note.Open([]byte(text), note.VerifierList(key))
	if err != nil {
		return 0, root, nil, err
	}
	if len(opened.Sigs) != 1 || opened.Text != strings.Join(lines[:3], "\n")+"\n" {
		return 0, root, nil, errors.New("is not a note with exactly one signature of the log")
	}
	var cosigned []line
	for _, one := range lines[5 : len(lines)-1] {
		found, err := readLine(one)
		if err != nil {
			return 0, root, nil, err
		}
		cosigned = append(cosigned, found)
	}
	return size, root, cosigned, nil
}

// readStatement opens an entry that the key signed: rule 4, second half.
func readStatement(entry []byte, key signer) (string, object, error) {
	said, err := openStatement(entry, key)
	if err != nil {
		return "", nil, err
	}
	kind, body := said["kind"].(string), said["body"].(object)
	if kind != "mission" && kind != "original" && kind != "derived" {
		return "", nil, fmt.Errorf("kind %q does not stand in a bundle", kind)
	}
	return kind, body, nil
}

// lines splits a derived file, which is empty or ends in a newline.
func lines(path string, content []byte) ([][]byte, error) {
	if len(content) == 0 {
		return nil, nil
	}
	if content[len(content)-1] != '\n' {
		return nil, fmt.Errorf("%s does not end in a newline", path)
	}
	return bytes.Split(content[:len(content)-1], []byte("\n")), nil
}

// open gives an original as its lines are counted: after gunzip, without byte order mark.
func open(content []byte) ([][]byte, error) {
	if bytes.HasPrefix(content, []byte{0x1f, 0x8b}) {
		opened, err := gunzip(content)
		if err != nil {
			return nil, fmt.Errorf("is not one gzip member and nothing behind it: %w", err)
		}
		content = opened
	}
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	return bytes.Split(content, []byte("\n")), nil
}

// findingID names a finding whose fields were checked.
func findingID(said object) string {
	incident := strings.TrimPrefix(said["incident"].(string), "i:")
	return fmt.Sprintf("f:%s:%d:%s:%s:%s", incident, said["revision"], said["agreement_sha256"], said["clause"], said["reading"])
}

// gunzip opens one member of RFC 1952. compress/gzip passes over reserved flags and refuses long
// names, where zlib does the opposite; so the header and the trailer are read here.
func gunzip(content []byte) ([]byte, error) {
	const headerSums, extra, named, commented, reserved = 2, 4, 8, 16, 0xe0
	if len(content) < 10 || content[2] != 8 || content[3]&reserved != 0 {
		return nil, errors.New("unknown header")
	}
	flags, at := content[3], 10
	if flags&extra != 0 {
		if len(content) < at+2 {
			return nil, io.ErrUnexpectedEOF
		}
		at += 2 + int(binary.LittleEndian.Uint16(content[at:]))
	}
	for _, text := range []byte{named, commented} {
		if flags&text != 0 {
			if at > len(content) || bytes.IndexByte(content[at:], 0) < 0 {
				return nil, io.ErrUnexpectedEOF
			}
			at += bytes.IndexByte(content[at:], 0) + 1
		}
	}
	if flags&headerSums != 0 {
		if len(content) < at+2 {
			return nil, io.ErrUnexpectedEOF
		}
		if binary.LittleEndian.Uint16(content[at:]) != uint16(crc32.ChecksumIEEE(content[:at])) {
			return nil, errors.New("the sum of the header is false")
		}
		at += 2
	}
	if at > len(content) {
		return nil, io.ErrUnexpectedEOF
	}
	behind := bytes.NewReader(content[at:])
	opened, err := io.ReadAll(io.LimitReader(flate.NewReader(behind), openedLimit+1))
	if err != nil {
		return nil, err
	}
	if len(opened) > openedLimit {
		return nil, errors.New("above 512 MiB when opened")
	}
	trailer := content[len(content)-behind.Len():]
	if len(trailer) != 8 || binary.LittleEndian.Uint32(trailer) != crc32.ChecksumIEEE(opened) ||
		binary.LittleEndian.Uint32(trailer[4:]) != uint32(len(opened)) {
		return nil, errors.New("the sum or the size behind it is false, or something follows")
	}
	return opened, nil
}

// verify checks one bundle. With a pinned key, the bundle's must be the same text; a given policy
// is the one that its cosignatures are weighed by.
func verify(text []byte, pinned string, given *policy) (*verified, error) {
	rule := "1 form"
	fail := func(format string, arguments ...interface{}) (*verified, error) {
		return nil, wrong{rule, fmt.Sprintf(format, arguments...)}
	}

	if len(text) > bundleLimit {
		return fail("the bundle has %d bytes, above %d", len(text), bundleLimit)
	}
	parsed, err := readObject(text)
	if err != nil {
		return fail("the bundle %v", err)
	}
	bundle, err := fields(parsed, "the bundle", "about:text", "checkpoint:text", "citations:list", "entries:list", "format:integer", "key:text", "policy:text?", "records:list")
	if err != nil {
		return fail("%v", err)
	}
	if bundle["format"] != int64(2) {
		return fail("format %v is not 2", bundle["format"])
	}
	var entries, records, citations []object
	var packed, contents [][]byte
	var paths []tlog.RecordProof
	for i, v := range bundle["entries"].([]value) {
		entry, err := fields(v, fmt.Sprintf("entries[%d]", i), "content:text", "entry:text", "index:index", "path:list")
		if err != nil {
			return fail("%v", err)
		}
		body, err := unbase64(entry["entry"].(string))
		if err != nil {
			return fail("entries[%d].entry %v", i, err)
		}
		content, err := unbase64(entry["content"].(string))
		if err != nil {
			return fail("entries[%d].content %v", i, err)
		}
		var path tlog.RecordProof
		for _, step := range entry["path"].([]value) {
			text, ok := step.(string)
			if !ok {
				return fail("entries[%d].path is no list of texts", i)
			}
			given, err := unbase64(text)
			if err != nil || len(given) != 32 {
				return fail("entries[%d].path has a hash that is not 32 bytes in base64", i)
			}
			var hash tlog.Hash
			copy(hash[:], given)
			path = append(path, hash)
		}
		if i == 0 && entry["index"] != int64(0) {
			return fail("the first entry is not entry 0")
		}
		if i > 0 && entry["index"].(int64) <= entries[i-1]["index"].(int64) {
			return fail("entries[%d] does not come after the one before", i)
		}
		entries, packed, contents, paths = append(entries, entry), append(packed, body), append(contents, content), append(paths, path)
	}
	if len(entries) == 0 {
		return fail("entry 0 is missing")
	}
	for i, v := range bundle["records"].([]value) {
		found, err := fields(v, fmt.Sprintf("records[%d]", i), "line:line", "path:text", "text:text")
		if err != nil {
			return fail("%v", err)
		}
		records = append(records, found)
	}
	for i, v := range bundle["citations"].([]value) {
		found, err := fields(v, fmt.Sprintf("citations[%d]", i), "document:hash", "document_line:line", "line:line", "observation:text", "text:text")
		if err != nil {
			return fail("%v", err)
		}
		citations = append(citations, found)
	}

	rule = "2 key"
	keyText := bundle["key"].(string)
	key, err := readKey(keyText)
	if err != nil {
		return fail("the key %v", err)
	}
	if pinned != "" && keyText != pinned {
		return fail("the bundle is signed by %q, not by the key that was given", keyText)
	}

	rule = "3 checkpoint"
	checkpoint := bundle["checkpoint"].(string)
	size, root, cosigned, err := readCheckpoint(checkpoint, key)
	if err != nil {
		return fail("the checkpoint %v", err)
	}
	held, err := judge(bundle["policy"], given, cosigned, checkpoint[:strings.Index(checkpoint, "\n\n")+1], key)
	if err != nil {
		return fail("the checkpoint or its policy %v", err)
	}

	rule = "4 entries"
	var files []file
	for i, entry := range entries {
		index := entry["index"].(int64)
		if index >= size {
			return fail("entry %d is not in a log of %d", index, size)
		}
		if err := tlog.CheckRecord(paths[i], size, root, index, tlog.RecordHash(packed[i])); err != nil {
			return fail("entry %d does not stand in the log: %v", index, err)
		}
		kind, body, err := readStatement(packed[i], key)
		if err != nil {
			return fail("entry %d %v", index, err)
		}
		if (kind == "mission") != (index == 0) {
			return fail("entry %d cannot be of kind %q", index, kind)
		}
		files = append(files, file{index, kind, body, contents[i]})
	}

	rule = "5 mission.toml"
	told := 0
	for _, line := range strings.Split(string(files[0].content), "\n") {
		if strings.HasPrefix(line, "verifier_key") {
			told++
			if line != `verifier_key = "`+keyText+`"` {
				return fail("names another verifier_key")
			}
		}
	}
	if told != 1 {
		return fail("has %d lines that begin with verifier_key, not one", told)
	}

	rule = "6 files"
	derived, originals := map[string][]byte{}, map[string]file{}
	for _, f := range files {
		if f.body["size"] != int64(len(f.content)) || f.body["sha256"] != sum(f.content) {
			return fail("the content of entry %d is not the file that it states", f.index)
		}
		switch f.kind {
		case "derived":
			path := f.body["path"].(string)
			if path != incidents && path != findings && path != observations {
				return fail("entry %d is about %q, which no bundle holds", f.index, path)
			}
			if _, twice := derived[path]; twice {
				return fail("entry %d is about %s again", f.index, path)
			}
			derived[path] = f.content
		case "original":
			hash := f.body["sha256"].(string)
			if _, twice := originals[hash]; twice {
				return fail("entry %d is about original %s again", f.index, hash)
			}
			originals[hash] = f
		}
	}
	if len(derived) != 3 {
		return fail("the bundle holds %d of the three derived files", len(derived))
	}

	rule = "7 records"
	seen := &verified{about: bundle["about"].(string), key: keyText, pinned: pinned != "", standing: held, size: size, root: root, entries: len(files), agreements: map[string][]byte{}}
	read := map[string][]object{}
	raw := map[string][][]byte{}
	for _, path := range []string{incidents, findings, observations} {
		if raw[path], err = lines(path, derived[path]); err != nil {
			return fail("%v", err)
		}
		if path == observations {
			continue
		}
		for i, line := range raw[path] {
			said, err := readObject(line)
			if err != nil {
				return fail("%s line %d %v", path, i+1, err)
			}
			read[path] = append(read[path], said)
		}
	}
	if len(records) == 0 {
		return fail("the incident is missing")
	}
	at := records[0]["line"].(int64)
	if records[0]["path"] != incidents || at > int64(len(read[incidents])) {
		return fail("records[0] is no line of %s", incidents)
	}
	seen.incident = read[incidents][at-1]
	if records[0]["text"] != string(raw[incidents][at-1]) {
		return fail("records[0] is not line %d of %s", at, incidents)
	}
	if err := has(seen.incident, "the incident", "id:text", "observations:list"); err != nil {
		return fail("%v", err)
	}
	id := seen.incident["id"].(string)
	if !strings.HasPrefix(id, "i:") {
		return fail("%q is no id of an incident", id)
	}
	for i, other := range read[incidents] {
		if other["id"] == id && int64(i) != at-1 {
			return fail("the incident stands at line %d too", i+1)
		}
	}
	var cited []string
	for _, v := range seen.incident["observations"].([]value) {
		observation, ok := v.(string)
		if !ok {
			return fail("the incident's observations are no list of texts")
		}
		cited = append(cited, observation)
	}
	known := seen.about == id
	next := 1
	for i, said := range read[findings] {
		if said["incident"] != id {
			continue
		}
		if next == len(records) {
			return fail("the finding at line %d of %s is left out", i+1, findings)
		}
		given := records[next]
		if given["path"] != findings || given["line"] != int64(i+1) || given["text"] != string(raw[findings][i]) {
			return fail("records[%d] is not line %d of %s, the next finding on the incident", next, i+1, findings)
		}
		next++
		if err := has(said, fmt.Sprintf("the finding at line %d", i+1), "agreement_sha256:text", "clause:text", "reading:text", "outcome:text", "revision:integer", "probability_ppm:integer"); err != nil {
			return fail("%v", err)
		}
		known = known || seen.about == findingID(said)
		seen.findings = append(seen.findings, said)
		agreement := said["agreement_sha256"].(string)
		held, there := originals[agreement]
		if !there {
			rule = "6 files"
			return fail("agreement %.64s is missing", agreement)
		}
		if held.body["feed"] != "agreement" {
			rule = "6 files"
			return fail("original %s is no agreement", agreement)
		}
		seen.agreements[agreement] = held.content
	}
	if next != len(records) {
		return fail("records[%d] is no finding on the incident", next)
	}
	if !known {
		return fail("%q is neither the incident nor a finding on it", seen.about)
	}

	rule = "8 citations"
	if len(cited) != len(citations) {
		return fail("the incident names %d observations, the bundle cites %d", len(cited), len(citations))
	}
	opened := map[string][][]byte{}
	for i, citation := range citations {
		document, line := citation["document"].(string), citation["document_line"].(int64)
		if citation["observation"] != cited[i] || cited[i] != fmt.Sprintf("o:%s:%d", document, line) {
			return fail("citations[%d] is not observation %q of the incident", i, cited[i])
		}
		at := citation["line"].(int64)
		if at > int64(len(raw[observations])) || citation["text"] != string(raw[observations][at-1]) {
			return fail("citations[%d] is not line %d of %s", i, at, observations)
		}
		said, err := readObject(raw[observations][at-1])
		if err != nil {
			return fail("%s line %d %v", observations, at, err)
		}
		if said["document_sha256"] != document || said["line"] != line {
			return fail("line %d of %s is about another line of a document", at, observations)
		}
		held, there := originals[document]
		if !there {
			rule = "6 files"
			return fail("document %s is missing", document)
		}
		if opened[document] == nil {
			if opened[document], err = open(held.content); err != nil {
				return fail("document %s %v", document, err)
			}
		}
		if line > int64(len(opened[document])) {
			return fail("document %s has no line %d", document, line)
		}
		words := bytes.TrimSuffix(opened[document][line-1], []byte("\r"))
		if len(words) == 0 {
			return fail("line %d of document %s is empty", line, document)
		}
		seen.originals = append(seen.originals, original{document, held.body["feed"].(string), held.body["name"].(string), line, words})
	}

	rule = "6 files"
	for hash := range originals {
		_, agreed := seen.agreements[hash]
		if _, cited := opened[hash]; !cited && !agreed {
			return fail("original %s is neither cited nor an agreement of a finding", hash)
		}
	}
	return seen, nil
}
