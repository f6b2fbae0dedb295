// Command verify_bundle checks a bundle of Truceline, offline, with Go's own transparency log code.
//
// It shares no code with Truceline: it is written from docs/reference/bundle.md. With Debian 12,
//
//	apt-get install golang-go golang-golang-x-mod-dev
//	GO111MODULE=off GOPATH=/usr/share/gocode go build -o verify_bundle .
//	./verify_bundle [--key NAME+ID+KEY] [--policy FILE] BUNDLE
//	./verify_bundle [--key NAME+ID+KEY] [--policy FILE] --batch < LIST
//	./verify_bundle fork OLD_CHECKPOINT NEW_LOG_FOLDER_OR_CHECKPOINT NAME+ID+KEY
//	./verify_bundle fork --batch NAME+ID+KEY < QUESTIONS
//	./verify_bundle proof FRAUD.json NAME+ID+KEY
//
// Exit code 0: verified. 1: not, and the first thing that is wrong is named. 2: an error. --batch
// reads one path a line and answers each with a line: its exit code, a tab, the path, a tab, why it
// is refused, or how far mirrors stand behind it.
// fork: 0 the old checkpoint is the past of the log, 1 FORK PROVEN, 3 cannot tell. proof: 0 PROVEN.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	done        = 0
	notVerified = 1
	failed      = 2
)

func main() {
	modes := map[string]func(io.Writer, []string) (int, error){"fork": fork, "proof": proof}
	if len(os.Args) > 1 && modes[os.Args[1]] != nil {
		code, err := modes[os.Args[1]](os.Stdout, os.Args[2:])
		if err != nil {
			fmt.Fprintf(os.Stderr, "error: %s\n", shown(err.Error()))
		}
		os.Exit(code)
	}
	flags := flag.NewFlagSet("verify_bundle", flag.ContinueOnError)
	key := flags.String("key", "", "verifier key of the signer, had from elsewhere: NAME+ID+KEY")
	policyFile := flags.String("policy", "", "policy file, had from elsewhere")
	batch := flags.Bool("batch", false, "read paths from standard input, one a line")
	if err := flags.Parse(os.Args[1:]); errors.Is(err, flag.ErrHelp) {
		os.Exit(done)
	} else if err != nil {
		os.Exit(failed)
	}
	set := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { set[f.Name] = true })
	var given *policy
	if set["policy"] {
		content, err := readLimited(*policyFile, policyLimit)
		if err == nil {
			given, err = readPolicy(content)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "error: --policy %s\n", shown(err.Error()))
			os.Exit(failed)
		}
	}
	if set["key"] {
		if _, err := readKey(*key); err != nil {
			fmt.Fprintf(os.Stderr, "error: --key %s\n", shown(err.Error()))
			os.Exit(failed)
		}
	}
	if *batch {
		os.Exit(checkMany(*key, given))
	}
	if flags.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "error: give one bundle: verify_bundle [--key NAME+ID+KEY] [--policy FILE] BUNDLE")
		os.Exit(failed)
	}
	seen, code, err := check(flags.Arg(0), *key, given)
	if code == failed {
		fmt.Fprintf(os.Stderr, "error: %v\n", err)
	} else if code == notVerified {
		fmt.Fprintf(os.Stderr, "NOT VERIFIED: %s\n", shown(err.Error()))
	} else {
		tell(os.Stdout, seen)
	}
	os.Exit(code)
}

// readLimited reads a file up to one byte above a limit, so that one too long is seen as such.
func readLimited(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, limit+1))
}

func check(path, key string, given *policy) (*verified, int, error) {
	text, err := readLimited(path, bundleLimit)
	if err != nil {
		return nil, failed, err
	}
	seen, err := verify(text, key, given)
	if err != nil {
		return nil, notVerified, err
	}
	return seen, done, nil
}

func checkMany(key string, given *policy) int {
	worst := done
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	paths := bufio.NewScanner(os.Stdin)
	for paths.Scan() {
		seen, code, err := check(paths.Text(), key, given)
		why := ""
		if err != nil {
			why = shown(err.Error())
		} else {
			why = shown(seen.standing.String())
		}
		fmt.Fprintf(out, "%d\t%s\t%s\n", code, paths.Text(), why)
		if code > worst {
			worst = code
		}
	}
	return worst
}

// shown writes out what a terminal would act on, and replaces what is not UTF-8.
func shown(text string) string {
	var out strings.Builder
	for _, c := range strings.ToValidUTF8(text, string(utf8.RuneError)) {
		if unicode.IsPrint(c) {
			out.WriteRune(c)
		} else if c <= 0xffff {
			fmt.Fprintf(&out, `\u%04x`, c)
		} else {
			fmt.Fprintf(&out, `\U%08x`, c)
		}
	}
	return out.String()
}

func percent(ppm value) string {
	n, ok := ppm.(int64)
	if !ok || n < 0 {
		return "not stated"
	}
	return fmt.Sprintf("%d.%04d %%", n/10000, n%10000)
}

func instant(us value) string {
	n, ok := us.(int64)
	if !ok {
		return "not known"
	}
	return time.UnixMicro(n).UTC().Format("2006-01-02 15:04:05 UTC")
}

func degrees(e7 value) string {
	n, ok := e7.(int64)
	if !ok {
		return "not stated"
	}
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%07d", sign, n/10000000, n%10000000)
}

func tell(out io.Writer, seen *verified) {
	say := func(format string, arguments ...interface{}) {
		fmt.Fprintln(out, shown(fmt.Sprintf(format, arguments...)))
	}
	if seen.pinned {
		say("VERIFIED")
	} else {
		say("CONSISTENT, SIGNER NOT PINNED (give --key to pin it)")
	}
	say("about     %s", seen.about)
	say("signed by %s", seen.key)
	say("log       %d entries, root %x; %d of them are in the bundle", seen.size, seen.root[:], seen.entries)
	say("mirrors   %s", seen.standing)
	if seen.standing.judged && !seen.standing.given {
		say("          by the policy that came with the bundle, which whoever made the bundle chose;")
		say("          get a policy from elsewhere and give it with --policy")
	}
	say("incident  %s", seen.incident["id"])
	say("  time         %s to %s", instant(seen.incident["began_us"]), instant(seen.incident["ended_us"]))
	if place, ok := seen.incident["place"].(object); ok {
		say("  place        %s, %s (WGS 84), 90 in 100 within %v m", degrees(place["latitude_e7"]), degrees(place["longitude_e7"]), seen.incident["radius_90_m"])
	}
	if near, ok := seen.incident["near"].(string); ok && near != "" {
		say("  near         %s", near)
	}
	say("  probability  %s that it is real and consistent with munition effects (not calibrated)", percent(seen.incident["probability_ppm"]))
	for _, finding := range seen.findings {
		agreement := finding["agreement_sha256"].(string)
		mark := ""
		if findingID(finding) == seen.about {
			mark = " (what the bundle is about)"
		}
		say("finding   %s, probability of a breach %s%s", finding["outcome"], percent(finding["probability_ppm"]), mark)
		say("  agreement    %v, SHA-256 %s", finding["agreement"], agreement)
		say("  clause       %s, reading %s", finding["clause"], finding["reading"])
		if article, words := clauseWords(seen.agreements[agreement], finding["clause"].(string)); words != "" {
			say("  article      %s", article)
			say("  words        %s", words)
		} else {
			say("  words        could not be read from the agreement file")
		}
	}
	for _, line := range seen.originals {
		say("original  %s, SHA-256 %s, line %d (%s)", line.name, line.document, line.line, line.feed)
		say("  %s", line.text)
	}
}

// clauseWords finds article and words of a clause in an agreement, for showing only: it reads the
// plain form "key = "text"" inside [[clause]] tables, and gives nothing where the file has another.
func clauseWords(agreement []byte, id string) (string, string) {
	found := map[string]string{}
	inside := false
	for _, line := range append(strings.Split(string(agreement), "\n"), "[[end]]") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[[") {
			if inside && found["id"] == id {
				return found["article"], found["words"]
			}
			inside, found = line == "[[clause]]", map[string]string{}
			continue
		}
		key, text, ok := strings.Cut(line, "=")
		key, text = strings.TrimSpace(key), strings.TrimSpace(text)
		if ok && (key == "id" || key == "article" || key == "words") {
			if v, err := readJSON([]byte(text)); err == nil {
				if s, isText := v.(string); isText {
					found[key] = s
				}
			}
		}
	}
	return "", ""
}
