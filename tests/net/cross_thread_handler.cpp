#include <socketio/net/cross_thread_handler.hpp>

#include <doctest/doctest.h>

#include <asio/io_context.hpp>

#include <memory>
#include <string>
#include <thread>
#include <utility>

using socketio::detail::cross_thread_handler;
using socketio::detail::known_executor;
using socketio::detail::once_callback;
using socketio::detail::strand;

namespace {

using text_handler = cross_thread_handler<std::string>;

strand strand_on(asio::io_context& context)
{
    return strand{known_executor{asio::any_io_executor{context.get_executor()}}};
}

} // namespace

TEST_CASE("a call from another thread runs the handler on the strand, and not inside the call")
{
    asio::io_context context;
    auto const on = strand_on(context);
    auto const handler = text_handler::make(on);
    std::string got;
    bool there = false;
    handler->await([&](std::string text) {
        got = std::move(text);
        there = on.running_in_this_thread();
    });
    std::thread{[&] { handler->call("hello"); }}.join();
    CHECK(got.empty());
    context.run();
    CHECK(got == "hello");
    CHECK(there);
}

TEST_CASE("the context has work until the handler is called")
{
    asio::io_context context;
    auto const handler = text_handler::make(strand_on(context));
    bool called = false;
    handler->await([&](std::string) { called = true; });
    std::thread caller{[&] { handler->call("late"); }};
    context.run(); // returns only when the call was made
    caller.join();
    CHECK(called);
}

TEST_CASE("the first of two calls counts, and a call that nothing waits for is dropped")
{
    asio::io_context context;
    auto const handler = text_handler::make(strand_on(context));
    std::string got;
    handler->call("too early");
    handler->await([&](std::string text) { got += text; });
    handler->call("first");
    handler->call("second");
    context.run();
    CHECK(got == "first");
}

TEST_CASE("a handler may wait again from inside its call")
{
    asio::io_context context;
    auto const handler = text_handler::make(strand_on(context));
    std::string got;
    handler->await([&](std::string text) {
        got += text;
        handler->await([&](std::string next) { got += next; });
        handler->call("two");
    });
    handler->call("one");
    context.run();
    CHECK(got == "onetwo");
}

TEST_CASE("when the context goes the waiting handler is destroyed without a call, and later calls do nothing")
{
    auto const owned = std::make_shared<int>(0);
    std::shared_ptr<text_handler> handler;
    {
        asio::io_context context;
        handler = text_handler::make(strand_on(context));
        handler->await([owned](std::string) { ++*owned; });
        CHECK(owned.use_count() == 2);
    }
    CHECK(owned.use_count() == 1);
    handler->call("after the end");
    handler->await([owned](std::string) { ++*owned; });
    CHECK(owned.use_count() == 1);
    CHECK(*owned == 0);
}

TEST_CASE("a callback that is destroyed without a call makes one with its own arguments")
{
    asio::io_context context;
    auto const handler = text_handler::make(strand_on(context));
    std::string got;
    handler->await([&](std::string text) { got += text; });
    {
        once_callback<std::string> const unused{handler, "dropped"};
    }
    context.run();
    CHECK(got == "dropped");
}

TEST_CASE("a callback that was called or moved from makes no second call")
{
    asio::io_context context;
    auto const handler = text_handler::make(strand_on(context));
    std::string got;
    auto const wait = [&](std::string text) { got += text; };
    handler->await(wait);
    {
        once_callback<std::string> first{handler, "dropped"};
        once_callback<std::string> second{std::move(first)};
        second("called");
        second("again");
    }
    context.run();
    CHECK(got == "called");
}
