// Answers of every form, and of hostile servers.
#include <socketio/net/http_client.hpp>
#include <socketio/session/codec_factory.hpp>

#include "net/http_far_end.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace http_client_answers_test { // its names are common ones, and files may be compiled together

using namespace std::chrono_literals;
using far_end::ok;
using socketio::error;

namespace {

std::string with(std::string_view headers, std::string_view body = {}, std::string_view status = "200 OK")
{
    return "HTTP/1.1 " + std::string{status} + "\r\n" + std::string{headers} + "\r\n" + std::string{body};
}

struct answers : far_end::fixture {
    // The answer to a GET, and whether the connection is kept behind it.
    socketio::detail::http_client_answer& got(std::string bytes, bool close = false, std::size_t piece = 0)
    {
        script = {{{std::move(bytes), close, piece}, {ok("next")}}, {{ok("next")}}};
        return ask(get());
    }
    bool is_kept()
    {
        REQUIRE(ask(get()).body == "next");
        return ends.size() == 1;
    }
};

} // namespace

TEST_CASE_FIXTURE(answers, "informational answers are passed over, and seventeen of them are too many")
{
    std::string informational;
    for (int i = 0; i != 16; ++i)
        informational += i % 2 ? "HTTP/1.1 100 Continue\r\n\r\n" : "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n";
    SUBCASE("sixteen")
    {
        CHECK(got(informational + ok("one")).body == "one");
        CHECK(is_kept());
    }
    SUBCASE("without end")
    {
        auto const& told = got(informational + informational);
        CHECK(told.error == error::http_malformed);
        CHECK(told.answered);
    }
}

TEST_CASE_FIXTURE(answers, "a body has a length, or chunks, or lasts until the end")
{
    SUBCASE("length")
    {
        CHECK(got(ok("body")).body == "body");
        CHECK(is_kept());
    }
    SUBCASE("chunks")
    {
        CHECK(got(with("Transfer-Encoding: chunked\r\n", "2\r\nbo\r\n2;a=b\r\ndy\r\n0\r\nX-Trailer: c\r\n\r\n")).body == "body");
        CHECK(is_kept());
    }
    SUBCASE("no chunks")
    {
        CHECK(got(with("Transfer-Encoding: chunked\r\n", "0\r\n\r\n")).body == "");
        CHECK(is_kept());
    }
    SUBCASE("until the end")
    {
        auto const& told = got(with("", "body"), true);
        CHECK_FALSE(told.error);
        CHECK(told.body == "body");
        CHECK_FALSE(is_kept());
    }
    SUBCASE("nothing until the end")
    {
        CHECK_FALSE(got(with(""), true).error);
        CHECK_FALSE(is_kept());
    }
}

TEST_CASE_FIXTURE(answers, "an answer may come byte by byte")
{
    std::string text;
    SUBCASE("length") { text = ok("body"); }
    SUBCASE("chunks") { text = with("Transfer-Encoding: chunked\r\n", "2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n"); }
    SUBCASE("behind an informational one") { text = "HTTP/1.1 100 Continue\r\n\r\n" + ok("body"); }
    auto const& told = got(text, false, 1);
    CHECK_FALSE(told.error);
    CHECK(told.body == "body");
    CHECK(is_kept());
}

TEST_CASE_FIXTURE(answers, "answers that have no body keep the connection, whatever length they tell")
{
    SUBCASE("204") { CHECK(got(with("", "", "204 No Content")).status == 204); }
    SUBCASE("304") { CHECK(got(with("Content-Length: 70\r\n", "", "304 Not Modified")).status == 304); }
    SUBCASE("205") { CHECK(got(with("Content-Length: 0\r\n", "", "205 Reset Content")).status == 205); }
    CHECK_FALSE(answer->error);
    CHECK(answer->body == "");
    CHECK(is_kept());
}

TEST_CASE_FIXTURE(answers, "a status is no error, and comes with its body and the time to come back")
{
    auto const& busy = got(with("Content-Length: 4\r\nRetry-After: 7\r\n", "late", "503 Busy"));
    CHECK_FALSE(busy.error);
    CHECK(busy.status == 503);
    CHECK(busy.reason == "Busy");
    CHECK(busy.body == "late");
    CHECK(busy.retry_after == 7s);
    CHECK(is_kept());
    CHECK_FALSE(answer->retry_after);
}

TEST_CASE_FIXTURE(answers, "an answer that is cut short is an error")
{
    std::string text;
    SUBCASE("in its head") { text = "HTTP/1.1 200 OK\r\nContent-Le"; }
    SUBCASE("in its body") { text = with("Content-Length: 5\r\n", "four"); }
    SUBCASE("before its body") { text = with("Content-Length: 5\r\n"); }
    SUBCASE("in a chunk") { text = with("Transfer-Encoding: chunked\r\n", "5\r\nfour"); }
    SUBCASE("before its last chunk") { text = with("Transfer-Encoding: chunked\r\n", "4\r\nfour\r\n"); }
    SUBCASE("behind an informational one") { text = "HTTP/1.1 100 Continue\r\n\r\n"; }
    auto const& told = got(text, true);
    CHECK(told.error == error::closed);
    CHECK(told.answered);
    CHECK(told.body == "");
    CHECK(told.message == "the server closed the connection in the middle of the answer to the GET request");
    CHECK_FALSE(is_kept());
}

TEST_CASE_FIXTURE(answers, "a body over the limit is an error as soon as that is known, and one that fits is none")
{
    std::string const full(1000, 'x'), over(1001, 'x');
    SUBCASE("1000 bytes") { CHECK(got(ok(full)).body == full); }
    SUBCASE("1000 bytes in chunks")
    {
        CHECK(got(with("Transfer-Encoding: chunked\r\n", "3e8\r\n" + full + "\r\n0\r\n\r\n")).body == full);
    }
    bool const fits = answer.has_value();
    SUBCASE("1001 bytes are announced") { got(with("Content-Length: 1001\r\n")); }
    SUBCASE("a gigabyte is announced") { got(with("Content-Length: 1073741824\r\n")); }
    SUBCASE("more than numbers can tell") { got(with("Content-Length: 18446744073709551615\r\n")); }
    SUBCASE("1001 bytes in chunks") { got(with("Transfer-Encoding: chunked\r\n", "3e9\r\n" + over)); }
    SUBCASE("a chunk of a gigabyte") { got(with("Transfer-Encoding: chunked\r\n", "40000000\r\n" + over)); }
    SUBCASE("a body without end") { got(with("", over)); }
    CHECK(answer->error == (fits ? std::error_code{} : make_error_code(error::message_too_large)));
    if (!fits) {
        CHECK(answer->message == "the answer to the GET request is longer than 1000 bytes");
        CHECK(answer->status == 200);
        CHECK(answer->body == "");
    }
    CHECK(is_kept() == fits);
}

TEST_CASE_FIXTURE(answers, "what is not HTTP is an error that asks for the port")
{
    std::string text;
    SUBCASE("another protocol") { text = "SSH-2.0-OpenSSH_9.2\r\n"; }
    SUBCASE("a line without its end") { text = "HTTP/1.1 200 OK\nContent-Length: 0\n\n"; }
    SUBCASE("a header without a colon") { text = with("Content-Length\r\n"); }
    SUBCASE("HTTP/2") { text = "HTTP/2.0 200 OK\r\n\r\n"; }
    SUBCASE("a status of letters") { text = "HTTP/1.1 2OO OK\r\n\r\n"; }
    SUBCASE("a head over its limit") { text = "HTTP/1.1 200 OK\r\nX: " + std::string(20000, 'x'); }
    SUBCASE("a head of too many headers")
    {
        text = "HTTP/1.1 200 OK\r\n";
        for (int i = 0; i != 101; ++i)
            text += "X: y\r\n";
        text += "\r\n";
    }
    auto const& told = got(text);
    CHECK(told.error == error::http_malformed);
    CHECK(told.message == "the answer to the GET request is not HTTP. Is the port right?");
    CHECK_FALSE(is_kept());
}

TEST_CASE_FIXTURE(answers, "the limits of heads are those of the settings")
{
    settings->limits = {100, 2};
    SUBCASE("bytes") { got(with("X: " + std::string(100, 'x') + "\r\n")); }
    SUBCASE("headers") { got(with("A: 1\r\nB: 2\r\nC: 3\r\n")); }
    CHECK(answer->error == error::http_malformed);
}

TEST_CASE_FIXTURE(answers, "chunks that are none, and framing that can be read in two ways, are errors")
{
    SUBCASE("a size of letters") { got(with("Transfer-Encoding: chunked\r\n", "xyz\r\n")); }
    SUBCASE("a negative size") { got(with("Transfer-Encoding: chunked\r\n", "-1\r\n")); }
    SUBCASE("a size beyond numbers") { got(with("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n")); }
    SUBCASE("no end of a chunk") { got(with("Transfer-Encoding: chunked\r\n", "1\r\nab\r\n")); }
    SUBCASE("an extension without end") { got(with("Transfer-Encoding: chunked\r\n", "1;" + std::string(9000, 'x'))); }
    SUBCASE("trailers without end")
    {
        std::string trailers;
        for (int i = 0; i != 3000; ++i)
            trailers += "X: y\r\n";
        got(with("Transfer-Encoding: chunked\r\n", "0\r\n" + trailers));
    }
    SUBCASE("another coding") { got(with("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")); }
    SUBCASE("no chunks at the end") { got(with("Transfer-Encoding: gzip\r\n")); }
    SUBCASE("two codings") { got(with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")); }
    SUBCASE("a length of letters") { got(with("Content-Length: four\r\n", "four")); }
    SUBCASE("a length below nothing") { got(with("Content-Length: -4\r\n", "four")); }
    SUBCASE("two lengths") { got(with("Content-Length: 4\r\nContent-Length: 3\r\n", "four")); }
    SUBCASE("a list of lengths") { got(with("Content-Length: 4, 4\r\n", "four")); }
    SUBCASE("another protocol") { got(with("Upgrade: websocket\r\nConnection: Upgrade\r\n", "", "101 Switching Protocols")); }
    CHECK(answer->error == error::http_malformed);
    CHECK_FALSE(answer->message.empty());
    CHECK_FALSE(is_kept());
}

TEST_CASE_FIXTURE(answers, "a connection is not kept behind an answer with both chunks and a length")
{
    CHECK(got(with("Transfer-Encoding: chunked\r\nContent-Length: 40\r\n", "4\r\nfour\r\n0\r\n\r\n")).body == "four");
    CHECK_FALSE(is_kept());
}

TEST_CASE_FIXTURE(far_end::fixture, "a connection is not kept behind the refusal of a large body, which may not have been read")
{
    std::string const refusal = with("Content-Length: 0\r\n", "", "407 Who?");
    script = {{{refusal}, {refusal}}, {{ok("")}, {ok("")}}};
    CHECK(ask(post(std::string(4096, 'x'))).status == 407);
    CHECK(ask(post(std::string(4097, 'x'))).status == 407);
    CHECK(ends[0]->peer_ended);
    ask(post(std::string(4097, 'x')));
    ask(get());
    CHECK(ends.size() == 2);
}

TEST_CASE_FIXTURE(answers, "words of the server's in a message can be shown")
{
    script = {{{with("Content-Length: 0\r\nLocation: /a\xff\r\n", "", "302 Found")}}};
    auto const& got = ask(post("x"));
    CHECK(got.error == error::redirect_invalid);
    CHECK(got.message.find('\xff') == std::string::npos);
}

#if defined(SOCKETIO_WITH_ZLIB)
namespace {

std::string gzip(std::string_view body)
{
    std::string out;
    REQUIRE(socketio::detail::installed_gzip.load()(body, out));
    return out;
}

std::string zipped(std::string const& body, std::string_view coding = "gzip", std::string_view status = "200 OK")
{
    return with("Content-Encoding: " + std::string{coding} + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n",
                body, status);
}

} // namespace

TEST_CASE_FIXTURE(answers, "a program with zlib asks for gzip, unless the user asks for something else")
{
    SUBCASE("asks")
    {
        got(ok("one"));
        CHECK(seen[0].head.find("Accept-Encoding") == "gzip");
    }
    SUBCASE("the user asks")
    {
        settings->headers = {{"accept-encoding", "identity"}};
        got(ok("one"));
        CHECK(seen[0].head.find("Accept-Encoding") == "identity");
    }
    SUBCASE("without zlib")
    {
        auto const installed = socketio::detail::installed_gunzip.exchange(nullptr);
        got(zipped(gzip("one")));
        socketio::detail::installed_gunzip.store(installed);
        CHECK(seen[0].head.count("Accept-Encoding") == 0);
        CHECK(answer->error == error::http_malformed);
        CHECK(answer->message == "the answer is encoded as gzip, which was not asked for");
    }
}

TEST_CASE_FIXTURE(answers, "a body of gzip is inflated")
{
    std::string const body(1000, 'x'), packed = gzip(body);
    SUBCASE("with a length") { got(zipped(packed)); }
    SUBCASE("by its other name") { got(zipped(packed, "x-gzip")); }
    SUBCASE("in chunks")
    {
        got(with("Content-Encoding: GZIP\r\nTransfer-Encoding: chunked\r\n",
                 "1\r\n" + packed.substr(0, 1) + "\r\n" + std::string{"a"} + "\r\n" + packed.substr(1, 10) + "\r\n" +
                     [](std::size_t n) {
                         constexpr char digits[] = "0123456789abcdef";
                         return std::string{digits[n / 16], digits[n % 16]};
                     }(packed.size() - 11) +
                     "\r\n" + packed.substr(11) + "\r\n0\r\n\r\n"));
    }
    SUBCASE("in two members") { got(zipped(gzip(body.substr(0, 300)) + gzip(body.substr(300)))); }
    CHECK_FALSE(answer->error);
    CHECK(answer->body == body);
    CHECK(is_kept());
}

TEST_CASE_FIXTURE(answers, "a body of gzip that inflates to more than the limit costs no more than that")
{
    std::string const bomb = gzip(std::string(std::size_t{1} << 20, 'x')); // some thousand bytes
    auto request = get();
    request.body_limit = 100000;
    script = {{{zipped(bomb)}, {ok("next")}}, {{ok("next")}}};
    auto const& got = ask(std::move(request));
    CHECK(got.error == error::message_too_large);
    CHECK(got.message == "the answer to the GET request is longer than 100000 bytes");
    CHECK(got.body == "");
    CHECK_FALSE(is_kept());
}

TEST_CASE_FIXTURE(answers, "a body that gzip made longer than the limit is no error, if what is in it fits")
{
    std::string noise;
    for (unsigned i = 0, state = 1; i != 1000; ++i)
        noise += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    REQUIRE(gzip(noise).size() > 1000);
    CHECK(got(zipped(gzip(noise))).body == noise);
}

TEST_CASE_FIXTURE(answers, "corrupt gzip is an error")
{
    std::string const good = gzip("hello");
    std::string bad;
    SUBCASE("none at all") { bad = "hello"; }
    SUBCASE("cut short") { bad = good.substr(0, good.size() - 1); }
    SUBCASE("the head alone") { bad = good.substr(0, 10); }
    SUBCASE("a wrong sum") { bad = good.substr(0, good.size() - 8) + std::string(8, 'x'); }
    SUBCASE("something behind it") { bad = good + "x"; }
    auto const& told = got(zipped(bad));
    CHECK(told.error == error::deflate_invalid);
    CHECK(told.message == "the answer is encoded as gzip, and cannot be inflated");
    CHECK(told.body == "");
    CHECK_FALSE(is_kept());
}

TEST_CASE_FIXTURE(answers, "another coding than gzip is an error, except for the page of an error, which is left out")
{
    SUBCASE("an answer")
    {
        CHECK(got(zipped("xyz", "br")).error == error::http_malformed);
        CHECK(answer->message == "the answer is encoded as br, which was not asked for");
    }
    SUBCASE("two codings") { CHECK(got(zipped(gzip(gzip("x")), "gzip, gzip")).error == error::http_malformed); }
    SUBCASE("an error")
    {
        auto const& told = got(zipped("xyz", "br", "502 Bad Gateway"));
        CHECK_FALSE(told.error);
        CHECK(told.status == 502);
        CHECK(told.body == "");
        CHECK(is_kept());
    }
    SUBCASE("none") { CHECK(got(zipped("one", "identity")).body == "one"); }
    SUBCASE("of nothing") { CHECK_FALSE(got(zipped("", "br")).error); }
}
#endif

namespace {

// A stream that takes no byte of a write until it is told to, or fails it.
class slow_stream final : public socketio::byte_stream {
public:
    slow_stream(asio::io_context& on, std::shared_ptr<socketio::byte_stream> of) : context_{on}, of_{std::move(of)} {}

    void async_read_some(asio::mutable_buffer into, handler done) override { of_->async_read_some(into, std::move(done)); }
    void async_write(asio::const_buffer, handler done) override { writing_ = std::move(done); }
    void shutdown_send() noexcept override { of_->shutdown_send(); }
    void close() noexcept override
    {
        of_->close();
        end(asio::error::operation_aborted);
    }
    void end(std::error_code ec)
    {
        if (writing_)
            asio::post(context_, [done = std::make_shared<handler>(std::exchange(writing_, {})), ec] { (*done)(ec, 0); });
    }

private:
    asio::io_context& context_;
    std::shared_ptr<socketio::byte_stream> of_;
    handler writing_;
};

struct slow_writes : far_end::fixture {
    slow_writes()
    {
        settings->network.stream_factory = [this](socketio::stream_request const&, socketio::stream_answer const& give) {
            auto const [one, other] = support::memory_stream::pair(time.context);
            ends.push_back(std::make_shared<far_end::connection>(other, ends.size(), std::vector<far_end::reply>{}, seen));
            ends.back()->read();
            slow.push_back(std::make_shared<slow_stream>(time.context, one));
            give({}, slow.back());
        };
    }
    ~slow_writes() { client.reset(); }
    std::vector<std::shared_ptr<slow_stream>> slow;
};

} // namespace

TEST_CASE_FIXTURE(slow_writes, "a POST that is refused before it was written as a whole is answered, over a connection that is not kept")
{
    begin(post(std::string(100000, 'x')));
    time.settle();
    ends[0]->say("HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\nlarge");
    time.settle();
    REQUIRE(answer);
    CHECK_FALSE(answer->error);
    CHECK(answer->status == 413);
    CHECK(answer->body == "large");
    CHECK(ends[0]->peer_ended);
}

TEST_CASE_FIXTURE(slow_writes, "a POST that is called good before it was written as a whole is good only when it is")
{
    begin(post("x"));
    time.settle();
    ends[0]->say(far_end::ok("early"));
    time.settle();
    CHECK_FALSE(answer);
    SUBCASE("written later")
    {
        slow[0]->end({});
        time.settle();
        REQUIRE(answer);
        CHECK_FALSE(answer->error);
        CHECK(answer->body == "early");
    }
    SUBCASE("not written")
    {
        slow[0]->end(asio::error::broken_pipe);
        time.settle();
        REQUIRE(answer);
        CHECK(answer->error == asio::error::broken_pipe);
        CHECK(answer->body.empty());
    }
}

TEST_CASE_FIXTURE(slow_writes, "a write that fails leaves the answer a second to come")
{
    begin(post("x"));
    time.settle();
    slow[0]->end(asio::error::broken_pipe);
    time.settle();
    CHECK_FALSE(answer);
    SUBCASE("it comes")
    {
        ends[0]->say("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
        time.settle();
        REQUIRE(answer);
        CHECK(answer->status == 408);
        CHECK(ends[0]->peer_ended);
    }
    SUBCASE("it says that all is well, which whoever has not read all cannot know")
    {
        std::string head = "HTTP/1.1 200 OK\r\n\r\nok";
        SUBCASE("up to its end") {}
        SUBCASE("with a length") { head = far_end::ok("ok"); }
        ends[0]->say(head);
        time.settle();
        ends[0]->close();
        time.settle();
        REQUIRE(answer);
        CHECK(answer->error == asio::error::broken_pipe);
    }
    SUBCASE("it does not")
    {
        CHECK(time.run_until([this] { return answer.has_value(); }, 2s));
        CHECK(time.since_start() == 1s);
        REQUIRE(answer);
        CHECK(answer->error == asio::error::broken_pipe);
        CHECK(answer->message == "the server closed the connection without answering the POST request");
    }
}

} // namespace http_client_answers_test
