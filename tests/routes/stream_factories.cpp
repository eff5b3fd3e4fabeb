// Streams of the user's own: a connection that lies on no socket.
#include "memory_stream.hpp"
#include "routes.hpp"

#include <asio/executor_work_guard.hpp>

#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

using socketio::error;
using support::check_words;

namespace {

// Makes a stream for every attempt, with a server at its other end; all of that on a thread of its own.
struct elsewhere {
    asio::io_context context;
    std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work{context.get_executor()};
    std::thread thread{[this] { context.run(); }};
    std::weak_ptr<memory_stream> last{};

    ~elsewhere()
    {
        work.reset();
        thread.join();
    }
    void connect(socketio::stream_answer answer)
    {
        asio::post(context, [this, answer = std::move(answer)] {
            auto const [ours, theirs] = memory_stream::pair(context);
            std::make_shared<memory_server>(theirs)->read();
            last = ours;
            answer({}, ours);
            answer({}, theirs); // only the first counts
        });
    }
};

// The streams' context outlives the client's, which holds streams to its end.
struct with_elsewhere {
    elsewhere there;
};

struct factory_test : with_elsewhere, support::refusal_test {
    std::vector<socketio::stream_request> asked;

    socketio::options by_factory()
    {
        socketio::options settings;
        settings.network.stream_factory = [this](socketio::stream_request const& wanted, socketio::stream_answer answer) {
            asked.push_back(wanted);
            there.connect(std::move(answer));
        };
        return settings;
    }
    bool converses(socketio::socket& socket)
    {
        bool answered = false;
        socket.emit("x", [&](std::string const& text) { answered = text == "hello"; });
        return until([&] { return answered; });
    }
};

socketio::options made_by(std::function<void(socketio::stream_request const&, socketio::stream_answer)> factory)
{
    socketio::options settings;
    settings.network.stream_factory = std::move(factory);
    return settings;
}

} // namespace

TEST_CASE_FIXTURE(factory_test, "a connection lies on the user's stream, whatever thread that lives on")
{
    auto socket = socketio::io(context, "http://does-not-exist.invalid:8080", by_factory());
    heard.follow(socket);
    for (int i = 0; i != 20; ++i)
        REQUIRE(converses(socket));
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].host == "does-not-exist.invalid");
    CHECK(asked[0].port == 8080);
    CHECK_FALSE(asked[0].secure);
    socket.disconnect();
    CHECK(idle());
    CHECK(until([&] { return there.last.expired(); }));
}

TEST_CASE_FIXTURE(factory_test, "every attempt is given a stream of its own")
{
    auto socket = socketio::io(context, "http://h", support::quick(by_factory()));
    heard.follow(socket);
    REQUIRE(converses(socket));
    there.last.lock()->close();
    REQUIRE(until([&] { return heard.count_of("reconnect: 1") == 1; }));
    REQUIRE(converses(socket));
    CHECK(asked.size() == 2);
}

TEST_CASE_FIXTURE(factory_test, "a factory's error, no stream at all, and an answer that is let go fail the attempt")
{
    check_words(refused("http://h", made_by([](auto const&, auto answer) { answer(make_error_code(asio::error::access_denied), nullptr); })),
        asio::error::access_denied, "stream_factory: Permission denied");
    check_words(refused("http://h", made_by([](auto const&, auto answer) { answer({}, nullptr); })),
        make_error_code(std::errc::not_connected), "stream_factory: ");
    check_words(refused("http://h", made_by([](auto const&, auto) {})), asio::error::operation_aborted, "stream_factory: ");
}

TEST_CASE_FIXTURE(factory_test, "a factory that keeps its answer to itself is a timeout, and an answer after that is dropped")
{
    std::vector<socketio::stream_answer> kept;
    auto settings = made_by([&](auto const&, auto answer) { kept.push_back(std::move(answer)); });
    settings.timeout = std::chrono::milliseconds{50};
    check_words(refused("http://h", settings), error::timeout, "timeout: while waiting for the stream of stream_factory");
    REQUIRE(kept.size() == 1);
    auto const [ours, theirs] = memory_stream::pair(there.context);
    kept[0]({}, ours);
    CHECK(idle());
}

TEST_CASE_FIXTURE(factory_test, "what a factory throws leaves through the executor, and the attempt fails")
{
    auto socket = socketio::io(context, "http://h",
        support::once_only(made_by([](auto const&, auto) { throw std::runtime_error("mine"); })));
    heard.follow(socket);
    CHECK_THROWS_WITH_AS(idle(), "mine", std::runtime_error);
    CHECK(idle());
    CHECK(heard.count_of("connect_error: stream_factory: ") == 1);
}

TEST_CASE("an answer, or a stream's handlers, that come after the context has gone find nobody")
{
    elsewhere there;
    std::vector<socketio::stream_answer> kept;
    for (bool const connected : {false, true}) {
        factory_test test;
        auto const settings = made_by([&, connected](auto const&, auto answer) {
            if (connected)
                there.connect(std::move(answer));
            else
                kept.push_back(std::move(answer));
        });
        auto socket = socketio::io(test.context, "http://h", settings);
        if (connected)
            REQUIRE(test.converses(socket));
        else
            REQUIRE(test.until([&] { return kept.size() == 1; }));
    }
    auto const [ours, theirs] = memory_stream::pair(there.context);
    kept.at(0)({}, ours);
    kept.clear();
    CHECK(ours.use_count() == 1);
}
