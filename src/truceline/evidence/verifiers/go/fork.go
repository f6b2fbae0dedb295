package main

// Has the past been rewritten? One old checkpoint and the log as it is served today are enough to
// know. Notes, tiles and tree proofs are read by golang.org/x/mod/sumdb; keys by the strict rule.

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	consistent = 0
	forkProven = 1
	cannotTell = 3
	noteLimit  = 1000000
	tileHeight = 8
	tileWidth  = 1 << tileHeight
)

// signedHead is the head of a log under a key's signature.
type signedHead struct {
	origin string
	size   int64
	root   tlog.Hash
	signed string // the text, and the accused's signature alone
}

func (h signedHead) tell(out io.Writer, name string) {
	fmt.Fprintf(out, "%s size %d, root %x\n", name, h.size, h.root[:])
	for _, line := range strings.Split(strings.TrimSuffix(h.signed, "\n"), "\n") {
		fmt.Fprintf(out, "  | %s\n", shown(line))
	}
}

// openHead gives the head of a note that the key signed; lines of others are left aside.
func openHead(text []byte, key note.Verifier) (signedHead, error) {
	var head signedHead
	if len(text) > noteLimit {
		return head, fmt.Errorf("is above %d bytes", noteLimit)
	}
	split := bytes.LastIndex(text, []byte("\n\n"))
	if split < 0 {
		return head, errors.New("is no note: no empty line before the signatures")
	}
	found := false
	under := strings.Split(strings.TrimSuffix(string(text[split+2:]), "\n"), "\n")
	if len(under) > 100 || text[len(text)-1] != '\n' {
		return head, errors.New("is no note: a line is cut off, or there are more than 100 signatures")
	}
	for _, line := range under {
		parts := strings.Split(line, " ")
		if _, err := unbase64(parts[len(parts)-1]); err != nil {
			return head, errors.New("has a line that is no signature")
		}
		alone := string(text[:split+2]) + line + "\n"
		opened, err := note.Open([]byte(alone), note.VerifierList(key))
		var other *note.UnverifiedNoteError
		var false_ *note.InvalidSignatureError
		if errors.As(err, &other) || errors.As(err, &false_) {
			continue
		}
		if err != nil {
			return head, err
		}
		if !found {
			found, head.signed = true, alone
			if err := head.read(opened.Text); err != nil {
				return head, err
			}
		}
	}
	if !found {
		return head, fmt.Errorf("is not signed by %s", key.Name())
	}
	return head, nil
}

func (h *signedHead) read(text string) error {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[0] == "" || lines[3] != "" {
		return errors.New("is not three lines: origin, size, root")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || lines[1] != "0" && !decimalForm.MatchString(lines[1]) {
		return fmt.Errorf("has size %q", lines[1])
	}
	root, err := unbase64(lines[2])
	if err != nil || len(root) != len(h.root) {
		return errors.New("has a root that is not 32 bytes in base64")
	}
	h.origin, h.size = lines[0], size
	copy(h.root[:], root)
	return nil
}

// folder gives the tiles of a log as C2SP tlog-tiles lays them out.
type folder string

func (f folder) Height() int                      { return tileHeight }
func (f folder) SaveTiles([]tlog.Tile, [][]byte)  {}
func (f folder) read(name string) ([]byte, error) { return readFile(filepath.Join(string(f), name)) }
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		// x/mod's path has the height of the tiles in it, tlog-tiles' has not.
		whole := tile
		whole.W = tileWidth
		data, err := f.read(tilePath(tile))
		if err != nil && tile.W < tileWidth {
			data, err = f.read(tilePath(whole))
		}
		if err != nil {
			return nil, err
		}
		if len(data) < tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s is cut off", tilePath(tile))
		}
		all = append(all, data[:tile.W*tlog.HashSize])
	}
	return all, nil
}

func tilePath(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, noteLimit+1))
}

// pastOf gives the root that the log of a head had at a smaller size, and the proof of it.
func pastOf(head signedHead, size int64, from folder) (tlog.Hash, error) {
	if size == head.size {
		return head.root, nil
	}
	if size == 0 {
		return sha256.Sum256(nil), nil
	}
	hashes := tlog.TileHashReader(tlog.Tree{N: head.size, Hash: head.root}, from)
	past, err := tlog.TreeHash(size, hashes)
	if err != nil {
		return past, err
	}
	proof, err := tlog.ProveTree(head.size, size, hashes)
	if err != nil {
		return past, err
	}
	return past, tlog.CheckTree(proof, head.size, head.root, size, past)
}

// forks answers one question a line, "OLD<tab>NEW", each with its exit code and a tab before it.
func forks(out io.Writer, arguments []string) (int, error) {
	if len(arguments) != 2 {
		return failed, errors.New("give the key: verify_bundle fork --batch KEY")
	}
	worst := consistent
	questions := bufio.NewScanner(os.Stdin)
	for questions.Scan() {
		var said bytes.Buffer
		code, err := fork(&said, append(strings.Split(questions.Text(), "\t"), arguments[1]))
		if err != nil {
			fmt.Fprintf(&said, "error: %s\n", shown(err.Error()))
		}
		first, _, _ := strings.Cut(said.String(), "\n")
		fmt.Fprintf(out, "%d\t%s\n", code, first)
		if code > worst {
			worst = code
		}
	}
	return worst, questions.Err()
}

// fork answers whether the log as served now continues the old head.
func fork(out io.Writer, arguments []string) (int, error) {
	if len(arguments) > 0 && arguments[0] == "--batch" {
		return forks(out, arguments)
	}
	if len(arguments) != 3 {
		return failed, errors.New("give three: verify_bundle fork OLD_CHECKPOINT NEW_LOG_FOLDER_OR_CHECKPOINT KEY")
	}
	key, err := readKey(arguments[2])
	if err != nil {
		return failed, fmt.Errorf("KEY %w", err)
	}
	oldNote, err := readFile(arguments[0])
	if err != nil {
		return failed, err
	}
	from, newNote := folder(""), []byte(nil)
	if about, err := os.Stat(arguments[1]); err != nil {
		return failed, err
	} else if !about.IsDir() {
		newNote, err = readFile(arguments[1])
		if err != nil {
			return failed, err
		}
	} else {
		from = folder(arguments[1])
		if newNote, err = from.read("checkpoint"); err != nil {
			from = folder(filepath.Join(arguments[1], "log")) // a mission holds its log there
			if newNote, err = from.read("checkpoint"); err != nil {
				return failed, err
			}
		}
	}
	old, err := openHead(oldNote, key)
	if err == nil && old.origin != key.name {
		err = fmt.Errorf("is of log %q", old.origin)
	}
	if err != nil {
		fmt.Fprintf(out, "CANNOT TELL: the old checkpoint %s\n", shown(err.Error()))
		return cannotTell, nil
	}
	now, err := openHead(newNote, key)
	if err == nil && now.origin != key.name {
		err = fmt.Errorf("is of log %q", now.origin)
	}
	if err != nil {
		fmt.Fprintf(out, "CANNOT TELL: the new checkpoint %s\n", shown(err.Error()))
		return cannotTell, nil
	}
	if now.size < old.size {
		fmt.Fprintf(out, "CANNOT TELL: the log now shows %d entries, the old checkpoint is of %d; get the log at that size\n", now.size, old.size)
		return cannotTell, nil
	}
	if from == "" && now.size != old.size {
		fmt.Fprintf(out, "CANNOT TELL: two sizes, %d and %d, take the folder of the log's tiles\n", old.size, now.size)
		return cannotTell, nil
	}
	past, err := pastOf(now, old.size, from)
	if err != nil {
		fmt.Fprintf(out, "CANNOT TELL: the tiles are not those of the new checkpoint: %s\n", shown(err.Error()))
		return cannotTell, nil
	}
	if past == old.root {
		fmt.Fprintf(out, "CONSISTENT: the %d entries of the old checkpoint are the past of the %d now\n", old.size, now.size)
		return consistent, nil
	}
	fmt.Fprintf(out, "FORK PROVEN: %s signed two histories\n", shown(key.name))
	old.tell(out, "old head:")
	now.tell(out, "new head:")
	fmt.Fprintf(out, "the new head has at size %d the root %x\nthe old head says at size %d the root %x\n", old.size, past[:], old.size, old.root[:])
	return forkProven, nil
}

// cosigner is a mirror's key: what it signs is a time and the text.
type cosigner struct{ signer }

func (c cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+64 {
		return false
	}
	when := uint64(0)
	for _, b := range signature[:8] {
		when = when<<8 | uint64(b)
	}
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", when, text)
	return when < 1<<63 && strictVerify(c.public, []byte(message), signature[8:])
}

// readAnyKey reads the key of a log or contributor (type 0x01) or of a mirror (0x04).
func readAnyKey(text string) (note.Verifier, signer, error) {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) == 3 {
		if encoded, err := unbase64(parts[2]); err == nil && len(encoded) == 33 && encoded[0] == 4 {
			digest := sha256.Sum256([]byte(parts[0] + "\n" + string(encoded)))
			if want := fmt.Sprintf("%x", digest[:4]); parts[1] != want {
				return nil, signer{}, fmt.Errorf("has id %s, not %q", want, parts[1])
			}
			// The rule for name and point is the same; only type and id are another's.
			encoded[0] = 1
			plain := sha256.Sum256([]byte(parts[0] + "\n" + string(encoded)))
			key, err := readKey(fmt.Sprintf("%s+%x+%s", parts[0], plain[:4], base64.StdEncoding.EncodeToString(encoded)))
			copy(key.id[:], digest[:4])
			return cosigner{key}, key, err
		}
	}
	key, err := readKey(text)
	return key, key, err
}

// proof checks one proof of fraud against the key of the accused.
func proof(out io.Writer, arguments []string) (int, error) {
	if len(arguments) != 2 {
		return failed, errors.New("give two: verify_bundle proof FRAUD.json KEY")
	}
	verifier, key, err := readAnyKey(arguments[1])
	if err != nil {
		return failed, fmt.Errorf("KEY %w", err)
	}
	text, err := readFile(arguments[0])
	if err != nil {
		return failed, err
	}
	why, err := accuse(text, verifier, key, arguments[1])
	if err != nil {
		fmt.Fprintf(out, "NOT PROVEN: %s\n", shown(err.Error()))
		return notVerified, nil
	}
	fmt.Fprintf(out, "PROVEN against %s: %s\n", shown(key.name), shown(why))
	return done, nil
}

const proofLimit = 400000

func accuse(text []byte, verifier note.Verifier, key signer, keyText string) (string, error) {
	if len(text) > proofLimit {
		return "", fmt.Errorf("the proof has %d bytes, above %d", len(text), proofLimit)
	}
	said, err := readObject(text)
	if err != nil {
		return "", fmt.Errorf("the proof %w", err)
	}
	kind, _ := said["kind"].(string)
	wanted := []string{"v:integer", "kind:text", "signer:text", "earlier:text", "later:text", "past:text", "path:list"}
	if kind == "contributor" {
		wanted = []string{"v:integer", "kind:text", "signer:text", "first:text", "second:text"}
	} else if kind != "log" && kind != "mirror" {
		return "", errors.New("is of no known kind: log, mirror, contributor")
	}
	if _, err := fields(said, "the proof", wanted...); err != nil {
		return "", err
	}
	if said["v"] != int64(1) {
		return "", errors.New("is not of version 1")
	}
	if said["signer"] != keyText {
		return "", fmt.Errorf("accuses %q, not the key that was given", said["signer"])
	}
	_, isMirror := verifier.(cosigner)
	if isMirror != (kind == "mirror") {
		return "", fmt.Errorf("the key is not that of a %s", kind)
	}
	if kind == "contributor" {
		return accuseContributor(said, key)
	}
	earlier, err := openHead([]byte(said["earlier"].(string)), verifier)
	if err != nil {
		return "", fmt.Errorf("the earlier head %w", err)
	}
	later, err := openHead([]byte(said["later"].(string)), verifier)
	if err != nil {
		return "", fmt.Errorf("the later head %w", err)
	}
	if kind == "log" && (earlier.origin != key.name || later.origin != key.name) {
		return "", errors.New("a head is of another log")
	}
	var hashes []tlog.Hash
	for _, step := range append([]value{said["past"]}, said["path"].([]value)...) {
		given, isText := step.(string)
		one, err := unbase64(given)
		if !isText || err != nil || len(one) != tlog.HashSize {
			return "", errors.New("past or path has something that is not 32 bytes in base64")
		}
		var hash tlog.Hash
		copy(hash[:], one)
		hashes = append(hashes, hash)
	}
	past, path := hashes[0], hashes[1:]
	if earlier.origin != later.origin || past == earlier.root || !isPast(earlier.size, past, later, path) {
		return "", errors.New("does not show that the two heads exclude each other")
	}
	return fmt.Sprintf("%s has at size %d the root %x, and as the past of size %d the root %x",
		earlier.origin, earlier.size, earlier.root[:], later.size, past[:]), nil
}

// isPast tells whether the path shows the root at a size inside the later head.
func isPast(size int64, past tlog.Hash, later signedHead, path []tlog.Hash) bool {
	switch {
	case size > later.size:
		return false
	case size == 0:
		return len(path) == 0 && past == sha256.Sum256(nil)
	case size == later.size:
		return len(path) == 0 && past == later.root
	}
	return tlog.CheckTree(path, later.size, later.root, size, past) == nil
}

func accuseContributor(said object, key signer) (string, error) {
	first, err := openStatement([]byte(said["first"].(string)), key)
	if err != nil {
		return "", fmt.Errorf("the first statement %w", err)
	}
	second, err := openStatement([]byte(said["second"].(string)), key)
	if err != nil {
		return "", fmt.Errorf("the second statement %w", err)
	}
	one, two := first["seq"].(int64), second["seq"].(int64)
	before := sum(canonical(first))
	if one == two && before != sum(canonical(second)) {
		return fmt.Sprintf("signed two statements with seq %d", one), nil
	}
	if two == one+1 && second["prev"] != before {
		return fmt.Sprintf("signed seq %d after another seq %d", two, one), nil
	}
	return "", errors.New("the two statements can stand in one chain")
}
