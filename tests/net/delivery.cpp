#include <socketio/net/delivery.hpp>

#include <socketio/session/event_emitter.hpp>
#include <socketio/session/local_event.hpp>

#include <doctest/doctest.h>

#include <asio/bind_executor.hpp>
#include <asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace detail = socketio::detail;
using socketio::bind_owner;
using socketio::deliver_on;

namespace {

struct quiet_context final : detail::call_context {
    void report(socketio::event_error) override { ++reports; }
    socketio::ack make_ack(std::uint64_t) override { return {}; }
    int reports = 0;
};

// A loop of the user's: work waits here until run() is called.
struct user_loop {
    std::vector<std::function<void()>> work;
    auto taker()
    {
        return [this](std::function<void()> one) { work.push_back(std::move(one)); };
    }
    void run()
    {
        for (auto const& each : std::exchange(work, {}))
            each();
    }
};

struct delivery_test {
    template <class Listener>
    detail::event_emitter::id listen(Listener&& listener, bool once = false)
    {
        detail::delivery how;
        auto target = detail::take_callable(std::forward<Listener>(listener), {}, how);
        std::string_view const event = "news";
        return detail::listen_delivered(emitter, &event, std::move(how), detail::make_listener(std::move(target)), once, false);
    }
    void dispatch(std::string_view text)
    {
        detail::local_args const arguments{text};
        detail::event_call call{context, "news", arguments.view()};
        emitter->dispatch("news", call);
    }
    auto note()
    {
        return [this](std::string text) { got += text + ";"; };
    }

    std::shared_ptr<detail::event_emitter> emitter = std::make_shared<detail::event_emitter>();
    quiet_context context;
    user_loop loop;
    std::string got;
};

} // namespace

TEST_CASE_FIXTURE(delivery_test, "a plain listener is called inside the dispatch")
{
    listen(note());
    dispatch("a");
    CHECK(got == "a;");
}

TEST_CASE_FIXTURE(delivery_test, "a listener with a loop of its own is called there, with what the event carried")
{
    listen(deliver_on(loop.taker(), note()));
    {
        std::string const text = "gone when the call is made";
        dispatch(text);
    }
    CHECK(got.empty());
    loop.run();
    CHECK(got == "gone when the call is made;");
}

TEST_CASE_FIXTURE(delivery_test, "a posted call is not made once its listener was removed")
{
    auto const id = listen(deliver_on(loop.taker(), note()));
    dispatch("a");
    emitter->off(id);
    loop.run();
    CHECK(got.empty());
}

TEST_CASE_FIXTURE(delivery_test, "a posted listener for one call gets the first event only, and can be removed until then")
{
    auto const first = listen(deliver_on(loop.taker(), note()), true);
    dispatch("a");
    dispatch("b");
    loop.run();
    CHECK(got == "a;");
    CHECK_FALSE(emitter->has("news"));
    emitter->off(first);

    auto const second = listen(deliver_on(loop.taker(), note()), true);
    dispatch("c");
    emitter->off(second);
    loop.run();
    CHECK(got == "a;");
}

TEST_CASE_FIXTURE(delivery_test, "an owner keeps its listener on only as long as it is there")
{
    auto owner = std::make_shared<int>(0);
    listen(bind_owner(owner, note()));
    dispatch("a");
    owner.reset();
    dispatch("b");
    CHECK(got == "a;");
    CHECK_FALSE(emitter->has("news"));
}

TEST_CASE_FIXTURE(delivery_test, "an owner is asked when the posted call is made, and kept during it")
{
    auto owner = std::make_shared<int>(0);
    listen(deliver_on(loop.taker(), bind_owner(owner, [&](std::string text) {
                          got += text;
                          owner.reset();
                          got += "!";
                      })));
    dispatch("a");
    loop.run();
    CHECK(got == "a!");
    dispatch("b");
    loop.run();
    CHECK(got == "a!");
}

TEST_CASE_FIXTURE(delivery_test, "of two executors around a listener the outer one counts")
{
    asio::io_context inner;
    listen(deliver_on(loop.taker(), asio::bind_executor(inner.get_executor(), note())));
    dispatch("a");
    inner.run();
    CHECK(got.empty());
    loop.run();
    CHECK(got == "a;");
}

TEST_CASE_FIXTURE(delivery_test, "an executor of Asio's takes a listener that is bound to it")
{
    asio::io_context other;
    listen(asio::bind_executor(other.get_executor(), note()));
    dispatch("a");
    CHECK(got.empty());
    other.run();
    CHECK(got == "a;");
}

TEST_CASE_FIXTURE(delivery_test, "an answer that has to be posted is kept until its handler is called")
{
    std::optional<std::error_code> error;
    auto const handler = [&](detail::ack_result& result) {
        error = result.error;
        got = result.args.empty() ? "none" : std::string{result.args[0].as_string()};
    };
    detail::ack_handler posted = detail::deliver_ack({.where = loop.taker()}, handler);
    {
        std::string const text = "answer";
        detail::local_args const arguments{std::string_view{text}};
        detail::ack_result result{context, "question", {}, arguments.view()};
        posted(result);
    }
    CHECK_FALSE(error);
    loop.run();
    CHECK(error == std::error_code{});
    CHECK(got == "answer");
}

TEST_CASE_FIXTURE(delivery_test, "the handler of an answer is never called once its owner has gone")
{
    bool called = false;
    auto owner = std::make_shared<int>(0);
    detail::ack_handler owned = detail::deliver_ack({.where = {}, .owner = owner, .owned = true},
                                                    [&](detail::ack_result&) { called = true; });
    owner.reset();
    detail::ack_result result{context, "question", {}};
    owned(result);
    CHECK_FALSE(called);
}
