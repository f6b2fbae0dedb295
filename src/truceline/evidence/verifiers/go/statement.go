package main

// The shape of a statement, version 2, whatever its kind: docs/reference/evidence.md.

import (
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

const commitsLimit = 256

// detailDepth is how many levels of objects and lists an act's detail may have; itself is the first.
const detailDepth = 8

var derivedPath = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$`)

// aboutForm is an act's hash, the id of something that a file brought, or nothing.
var aboutForm = regexp.MustCompile(`^[A-Za-z0-9._:/-]{0,200}$`)

// kinds lists the fields of each kind's body, all of them and no other.
var kinds = map[string][]string{
	"mission":   {"sha256:hash", "size:index"},
	"original":  {"sha256:hash", "size:index", "name:text", "feed:text", "received_us:integer?"},
	"parsed":    {"sha256:hash", "feed:text", "parser_version:index", "rows:index", "refused:index", "rows_root:hash"},
	"derived":   {"path:derived", "sha256:hash", "size:index"},
	"fraud":     {"sha256:hash", "culprit:text", "proof:text"},
	"root":      {"document:text", "signatures:list"},
	"key":       {"change:text", "approvals:list"},
	"sealed":    {"title:text", "blobs:hashes"},
	"redact":    {"statement:hash", "commits:hashes", "blobs:hashes", "reason:text"},
	"act":       {"name:text", "about:id or none", "detail:detail"},
	"timestamp": {"size:index", "root:hash", "authority:text", "token:text"},
}

// openStatement opens an entry that the key signed, and checks the shape of all it says.
func openStatement(entry []byte, key signer) (object, error) {
	if len(entry) > entryLimit {
		return nil, fmt.Errorf("has %d bytes, above %d", len(entry), entryLimit)
	}
	match := envelopeForm.FindSubmatch(entry)
	if match == nil {
		return nil, errors.New("is not the envelope of a statement")
	}
	payload, err := unbase64(string(match[1]))
	if err != nil {
		return nil, fmt.Errorf("the payload %w", err)
	}
	signature, err := unbase64(string(match[3]))
	if err != nil {
		return nil, fmt.Errorf("the signature %w", err)
	}
	if string(match[2]) != hex.EncodeToString(key.id[:]) {
		return nil, fmt.Errorf("is signed by key %s, not by %x", match[2], key.id)
	}
	message := fmt.Sprintf("DSSEv1 %d %s %d %s", len(payloadType), payloadType, len(payload), payload)
	if !strictVerify(key.public, []byte(message), signature) {
		return nil, errors.New("the signature does not match the statement")
	}
	said, err := readObject(payload)
	if err != nil {
		return nil, fmt.Errorf("the statement %w", err)
	}
	if _, err := fields(said, "the statement", "v:integer", "kind:text", "actor:text", "seq:index", "prev:hash?", "anchor:object?",
		"signed_us:integer", "label:object?", "commits:hashes", "body:object"); err != nil {
		return nil, err
	}
	if said["v"] != int64(2) || said["actor"] != key.name {
		return nil, fmt.Errorf("is version %v said by %q, not version 2 said by %q", said["v"], said["actor"], key.name)
	}
	if len(said["commits"].([]value)) > commitsLimit {
		return nil, fmt.Errorf("has more than %d commits", commitsLimit)
	}
	if anchor, there := said["anchor"].(object); there {
		if _, err := fields(anchor, "the anchor", "origin:text", "size:line", "root:hash"); err != nil {
			return nil, err
		}
	}
	if label, there := said["label"].(object); there {
		if _, err := fields(label, "the label", "policy:text", "classification:text", "releasable_to:words", "caveats:words", "expires_us:integer?"); err != nil {
			return nil, err
		}
		if label["policy"] == "" {
			return nil, errors.New("the label names no policy")
		}
	}
	kind, body := said["kind"].(string), said["body"].(object)
	if kinds[kind] == nil {
		return nil, fmt.Errorf("is of no known kind: %q", kind)
	}
	_, err = fields(body, kind, kinds[kind]...)
	return said, err
}

// isSet tells whether a list holds texts that pass, none twice; sorted too where it says so.
func isSet(v value, passes func(string) bool, sorted bool) bool {
	list, right := v.([]value)
	seen, last := map[string]bool{}, ""
	for i, one := range list {
		text, ok := one.(string)
		if !ok || !passes(text) || seen[text] || sorted && i > 0 && text <= last {
			return false
		}
		seen[text], last = true, text
	}
	return right
}

// isDetail tells whether it is an object with no more levels than an act's detail may have.
func isDetail(v value) bool {
	_, right := v.(object)
	return right && fits(v, detailDepth)
}

// fits tells whether objects and lists lie in one another at most so many levels deep.
func fits(v value, levels int) bool {
	var inner []value
	switch found := v.(type) {
	case object:
		for _, one := range found {
			inner = append(inner, one)
		}
	case []value:
		inner = found
	default:
		return true
	}
	for _, one := range inner {
		if !fits(one, levels-1) {
			return false
		}
	}
	return levels > 0
}

func isDerivedPath(v value) bool {
	text, ok := v.(string)
	return ok && derivedPath.MatchString(text) && !strings.HasSuffix(text, ".tmp")
}
