// An HTTP client, when there is no memory for some of what it does. Its peer always has some.
#include <socketio/net/http_client.hpp>

#include <doctest/doctest.h>

#include "memory/failing_memory.hpp"

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace http_client_memory_test { // its names are common ones, and files may be compiled together

namespace detail = socketio::detail;

namespace {

// Every write is a request; each gets the next answer, in pieces.
class canned_stream final : public socketio::byte_stream {
public:
    canned_stream(asio::io_context& on, std::vector<std::string>& answers) : context_{on}, answers_{answers} {}

    void async_read_some(asio::mutable_buffer into, handler done) override
    {
        memory::spared const all_there_is;
        into_ = into;
        reading_ = std::move(done);
        serve();
    }
    void async_write(asio::const_buffer from, handler done) override
    {
        memory::spared const all_there_is;
        finish(std::move(done), {}, from.size());
        if (answers_.empty())
            return;
        ready_ += answers_.front();
        answers_.erase(answers_.begin());
        serve();
    }
    void shutdown_send() noexcept override {}
    void close() noexcept override
    {
        memory::spared const all_there_is;
        if (reading_)
            finish(std::exchange(reading_, {}), asio::error::operation_aborted, 0);
    }

private:
    void serve()
    {
        if (!reading_ || ready_.empty())
            return;
        std::size_t const count = std::min({into_.size(), ready_.size(), std::size_t{100}});
        std::memcpy(into_.data(), ready_.data(), count);
        ready_.erase(0, count);
        finish(std::exchange(reading_, {}), {}, count);
    }
    void finish(handler done, std::error_code ec, std::size_t count)
    {
        asio::post(context_, [done = std::make_shared<handler>(std::move(done)), ec, count] { (*done)(ec, count); });
    }

    asio::io_context& context_;
    std::vector<std::string>& answers_;
    asio::mutable_buffer into_;
    handler reading_;
    std::string ready_;
};

struct conversation {
    conversation()
    {
        REQUIRE_FALSE(detail::parse_url("http://host:81", settings->to));
        settings->cookies = std::make_shared<detail::cookie_jar>();
        settings->follow_redirects = 1;
        settings->headers = {{"X-Of-The-User-And-Long-Enough", "for the heap, as is this"}};
        settings->network.stream_factory = [this](socketio::stream_request const&, socketio::stream_answer const& give) {
            give({}, std::make_shared<canned_stream>(context, answers));
        };
        client = std::make_shared<detail::http_client>(on, settings);
    }

    // Counts the ends.
    void ask(std::string method)
    {
        detail::http_client_request what;
        {
            memory::spared const all_there_is;
            what.method = std::move(method);
            what.target = "/a/target/that/is/long/enough/for/the/heap";
            what.body = std::string(3000, 'x');
            what.body_limit = 100000;
            what.follow = true;
        }
        ends = 0;
        auto const on_end = [this](detail::http_client_answer&& got) {
            memory::spared const all_there_is;
            ++ends;
            answer.emplace(std::move(got));
        };
        try {
            client->request(detail::http_client_request{what}, on_end);
        } catch (std::bad_alloc const&) {
            client->request(detail::http_client_request{what}, on_end);
        }
        run();
    }
    void run()
    {
        context.restart();
        for (;;) {
            try {
                context.poll();
                return;
            } catch (std::bad_alloc const&) { // of the factory: user code
            }
        }
    }

    asio::io_context context{1};
    detail::strand on{detail::known_executor{asio::any_io_executor{context.get_executor()}}};
    std::vector<std::string> answers;
    std::shared_ptr<detail::http_client_settings> settings = std::make_shared<detail::http_client_settings>();
    std::shared_ptr<detail::http_client> client;
    std::optional<detail::http_client_answer> answer;
    int ends = 0;
};

std::string const ok = "HTTP/1.1 200 OK\r\nSet-Cookie: a-long-name-for-the-heap=a-long-value-for-the-heap; Path=/\r\n"
                       "Keep-Alive: timeout=5\r\nContent-Length: 3000\r\n\r\n" + std::string(3000, 'y');
std::string const moved = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n"
                          "Location: http://other/a/place/that/is/long/enough/for/the/heap\r\n\r\n";
std::string const refused = "HTTP/1.1 503 Busy, with a reason that is long enough for the heap\r\nContent-Length: 0\r\n"
                            "Retry-After: 7\r\n\r\n";

} // namespace

TEST_CASE("whichever allocation of an HTTP client fails, that request ends, once, and the next one does not suffer")
{
    struct part {
        char const* method;
        std::vector<std::string> answers;
    };
    std::vector<part> const parts{{"GET", {ok}}, {"POST", {ok}}, {"GET", {moved, ok}}, {"GET", {refused}},
                                  {"POST", {moved}}, {"GET", {"HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n"}}};
    for (part const& each : parts) {
        CAPTURE(each.answers.front().substr(0, 20));
        bool happened = true;
        std::size_t failures = 0;
        for (std::size_t nth = 0; happened; ++nth) { // first none fails: what is allocated once for all is then
            CAPTURE(nth);
            std::size_t const before = memory::live();
            {
                conversation one;
                for (bool const kept : {false, true}) { // the second over a kept connection
                    one.answers = each.answers;
                    bool const fails = kept == (nth % 2 == 1);
                    std::optional<memory::failing> now;
                    if (fails)
                        now.emplace(nth == 0 ? 0 : (nth + 1) / 2);
                    one.ask(each.method);
                    if (fails) {
                        happened = nth == 0 || now->happened() || nth % 2 == 1;
                        failures += now->happened() ? 1 : 0;
                    }
                    now.reset();
                    CHECK(one.ends == 1);
                }
                one.answers = {ok};
                one.ask("GET");
                CHECK(one.ends == 1);
                REQUIRE(one.answer);
                CHECK(one.answer->message == "");
                CHECK_FALSE(one.answer->error);
                CHECK(one.answer->body.size() == 3000);
                one.client.reset();
                one.context.restart();
                one.context.poll();
                CHECK(one.context.stopped()); // out of work
            }
            if (nth != 0)
                CHECK(memory::live() == before);
        }
        CHECK(failures > 20);
    }
}

TEST_CASE("a request that finds no memory says so")
{
    conversation one;
    bool said = false;
    for (std::size_t nth = 1; !said && nth != 200; ++nth) {
        one.answers = {ok};
        memory::failing const now{nth};
        one.ask("GET");
        said = one.answer->error == std::errc::not_enough_memory;
    }
    CHECK(said);
    CHECK(one.answer->message.find(make_error_code(std::errc::not_enough_memory).message()) != std::string::npos);
}

} // namespace http_client_memory_test
