#include <socketio/net/dial.hpp>

#include "routes/memory_stream.hpp"

#include <doctest/doctest.h>

#include <asio/io_context.hpp>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace detail = socketio::detail;
using socketio::error;

namespace {

// The far end of a stream in memory: reads one request head and writes what `answer` makes of it.
class answering_end : public std::enable_shared_from_this<answering_end> {
public:
    using answer_function = std::function<std::string(detail::http_head const&)>;

    answering_end(std::shared_ptr<socketio::byte_stream> on, answer_function answer)
        : stream_{std::move(on)}, answer_{std::move(answer)}
    {
    }
    void read()
    {
        stream_->async_read_some(asio::buffer(room_), [self = shared_from_this()](std::error_code ec, std::size_t count) {
            if (!ec)
                self->on_bytes(count);
        });
    }

private:
    void on_bytes(std::size_t count)
    {
        std::size_t consumed = 0;
        input_.append(room_.data(), count);
        if (head_.read(input_, consumed) != detail::http_progress::complete) {
            read();
            return;
        }
        output_ = answer_(head_.head());
        stream_->async_write(asio::buffer(output_), [self = shared_from_this()](std::error_code, std::size_t) {
            self->stream_->shutdown_send();
        });
    }

    std::shared_ptr<socketio::byte_stream> stream_;
    answer_function answer_;
    detail::http_head_reader head_{detail::role::client};
    std::array<char, 1024> room_{};
    std::string input_, output_;
};

std::string switching(detail::http_head const& head, std::string_view behind = {})
{
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
           detail::websocket_accept(head.find("Sec-WebSocket-Key")) + "\r\n\r\n" + std::string{behind};
}

struct dial_test {
    // Every stream that is asked for leads to an end that answers so, the first answer first.
    detail::dial_request request_for(std::string_view address, std::vector<answering_end::answer_function> answers)
    {
        detail::dial_request made;
        REQUIRE_FALSE(detail::parse_url(address, made.to));
        made.target = made.to.path.empty() ? "/" : made.to.path;
        made.network.stream_factory = [this, answers = std::move(answers)](socketio::stream_request const& to,
                                                                        socketio::stream_answer const& give) {
            asked += to.host + ":" + std::to_string(to.port) + (to.secure ? " secure;" : ";");
            if (streams == answers.size()) {
                give(make_error_code(std::errc::host_unreachable), nullptr);
                return;
            }
            auto const [one, other] = memory_stream::pair(context);
            std::make_shared<answering_end>(other, answers[streams++])->read();
            give({}, one);
        };
        return made;
    }
    void dial(detail::dial_request request)
    {
        dialling = std::make_shared<detail::dial>(on, detail::shared_new<detail::dial_request>(std::move(request)), [this](detail::dial_result&& got, detail::stream&&) {
            result.emplace(std::move(got));
        });
        dialling->start();
    }

    asio::io_context context;
    detail::strand on{detail::known_executor{asio::any_io_executor{context.get_executor()}}};
    std::string asked;
    std::size_t streams = 0; // made so far
    std::shared_ptr<detail::dial> dialling;
    std::optional<detail::dial_result> result;
};

} // namespace

TEST_CASE_FIXTURE(dial_test, "a server that switches protocols gives a stream, with the bytes that came behind its answer")
{
    dial(request_for("ws://host:81/socket.io/", {[](detail::http_head const& head) { return switching(head, "frames"); }}));
    context.run();
    REQUIRE(result);
    CHECK_FALSE(result->error);
    CHECK(result->leftover.view() == "frames");
    CHECK_FALSE(result->elsewhere);
    CHECK(asked == "host:81;");
}

TEST_CASE_FIXTURE(dial_test, "the request names host and target, and headers of the user's follow")
{
    std::string line, host, own;
    auto request = request_for("ws://host:81/there", {[&](detail::http_head const& head) {
                                   line = head.method + " " + head.target;
                                   host = head.find("Host");
                                   own = head.find("X-Own");
                                   return switching(head);
                               }});
    request.headers.push_back({"X-Own", "yes"});
    dial(std::move(request));
    context.run();
    CHECK(line == "GET /there");
    CHECK(host == "host:81");
    CHECK(own == "yes");
}

TEST_CASE_FIXTURE(dial_test, "informational answers are passed over, and seventeen of them are too many")
{
    auto const continued = [](unsigned times) {
        return [times](detail::http_head const& head) {
            std::string text;
            for (unsigned i = 0; i != times; ++i)
                text += "HTTP/1.1 100 Continue\r\n\r\n";
            return text + switching(head);
        };
    };
    SUBCASE("sixteen")
    {
        dial(request_for("ws://host/", {continued(16)}));
        context.run();
        REQUIRE(result);
        CHECK_FALSE(result->error);
    }
    SUBCASE("seventeen")
    {
        dial(request_for("ws://host/", {continued(17)}));
        context.run();
        REQUIRE(result);
        CHECK(result->error == error::http_malformed);
    }
}

TEST_CASE_FIXTURE(dial_test, "a refusal tells the status, the body and when to come back")
{
    dial(request_for("ws://host/", {[](detail::http_head const&) {
                         return std::string{"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nlate"};
                     }}));
    context.run();
    REQUIRE(result);
    CHECK(result->error == error::upgrade_refused);
    CHECK(result->http_status == 503);
    CHECK(result->http_body == "late");
    CHECK(result->retry_after == std::chrono::seconds{7});
    CHECK(result->message.find("503") != std::string::npos);
}

TEST_CASE_FIXTURE(dial_test, "an answer that ends before its head has is an error")
{
    dial(request_for("ws://host/", {[](detail::http_head const&) { return std::string{"HTTP/1.1 101 Swi"}; }}));
    context.run();
    REQUIRE(result);
    CHECK(result->error);
    CHECK_FALSE(result->message.empty());
}

TEST_CASE_FIXTURE(dial_test, "an answer to another key is no handshake")
{
    dial(request_for("ws://host/", {[](detail::http_head const&) {
                         return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                "Sec-WebSocket-Accept: " + detail::websocket_accept("another") + "\r\n\r\n";
                     }}));
    context.run();
    REQUIRE(result);
    CHECK(result->error == error::handshake_invalid);
}

TEST_CASE_FIXTURE(dial_test, "a redirection is followed as often as is allowed, and the other origin is told")
{
    auto const moved = [](detail::http_head const&) {
        return std::string{"HTTP/1.1 302 Found\r\nLocation: http://other:82/new\r\nContent-Length: 0\r\n\r\n"};
    };
    SUBCASE("followed")
    {
        auto request = request_for("ws://host/", {moved, [](detail::http_head const& head) { return switching(head); }});
        request.follow_redirects = 1;
        dial(std::move(request));
        context.run();
        REQUIRE(result);
        CHECK(result->message == "");
        CHECK_FALSE(result->error);
        CHECK(result->elsewhere);
        CHECK(asked == "host:80;other:82;");
    }
    SUBCASE("not allowed")
    {
        dial(request_for("ws://host/", {moved}));
        context.run();
        REQUIRE(result);
        CHECK(result->error);
        CHECK(result->http_status == 302);
        CHECK(asked == "host:80;");
    }
}

TEST_CASE_FIXTURE(dial_test, "an error of the stream's factory ends the attempt with that error")
{
    dial(request_for("wss://host/", {}));
    context.run();
    REQUIRE(result);
    CHECK(result->error == std::errc::host_unreachable);
    CHECK(asked == "host:443 secure;");
}

TEST_CASE_FIXTURE(dial_test, "an attempt that is abandoned calls its handler never, wherever it is")
{
    int steps = 0;
    SUBCASE("at once") {}
    SUBCASE("while its stream is made") { steps = 1; }
    SUBCASE("while it writes") { steps = 2; }
    SUBCASE("while it reads") { steps = 3; }
    dial(request_for("ws://host/", {[](detail::http_head const& head) { return switching(head); }}));
    for (int i = 0; i != steps && context.poll_one() != 0; ++i) {}
    dialling->abandon();
    std::weak_ptr<detail::dial> const seen = std::exchange(dialling, nullptr);
    context.run();
    CHECK_FALSE(result);
    CHECK(seen.expired());
}

TEST_CASE_FIXTURE(dial_test, "the end of the context releases an attempt that is under way")
{
    std::weak_ptr<detail::dial> seen;
    bool called = false;
    {
        asio::io_context short_lived;
        detail::strand const there{detail::known_executor{asio::any_io_executor{short_lived.get_executor()}}};
        auto const request = detail::shared_new<detail::dial_request>();
        REQUIRE_FALSE(detail::parse_url("ws://host/", request->to));
        request->network.stream_factory = [](socketio::stream_request const&, socketio::stream_answer const&) {};
        auto const started = std::make_shared<detail::dial>(
            there, request, [&](detail::dial_result&&, detail::stream&&) { called = true; });
        started->start();
        seen = started;
    }
    CHECK(seen.expired());
    CHECK_FALSE(called);
}
