#include <socketio/net/completion.hpp>

#include <doctest/doctest.h>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/bind_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/io_context.hpp>
#include <asio/thread_pool.hpp>

#include <memory>
#include <string>
#include <system_error>
#include <utility>

using socketio::detail::completion;

namespace {

template <class... R, class Handler>
auto complete_on(asio::io_context& context, Handler handler)
{
    return completion<Handler, R...>{std::move(handler), asio::any_io_executor{context.get_executor()}};
}

} // namespace

TEST_CASE("a completion keeps the context at work until it is called")
{
    asio::io_context context;
    std::string got;
    auto done = complete_on<std::string>(context, [&](std::error_code ec, std::string text) { got = ec.message() + text; });
    context.poll();
    CHECK_FALSE(context.stopped());
    done(std::error_code{}, std::string{"!"});
    CHECK(got.empty());
    context.run();
    CHECK(got == std::error_code{}.message() + "!");
}

TEST_CASE("a completion that is destroyed without a call releases the context and never calls")
{
    asio::io_context context;
    bool called = false;
    {
        auto const done = complete_on(context, [&](std::error_code) { called = true; });
    }
    context.run();
    CHECK_FALSE(called);
}

TEST_CASE("a handler with an executor of its own is called there")
{
    asio::io_context own, other;
    bool called = false;
    auto handler = asio::bind_executor(other.get_executor(), [&](std::error_code) { called = true; });
    completion<decltype(handler)> done{std::move(handler), asio::any_io_executor{own.get_executor()}};
    done(std::error_code{});
    own.run();
    CHECK_FALSE(called);
    other.run();
    CHECK(called);
}

TEST_CASE("a handler that takes only moves gets its results and its slot is free when it is called")
{
    asio::io_context context;
    asio::cancellation_signal signal;
    bool cancelled = false;
    std::unique_ptr<int> got;
    auto handler = asio::bind_cancellation_slot(signal.slot(), [&](std::error_code, std::unique_ptr<int> value) {
        got = std::move(value);
        signal.emit(asio::cancellation_type::all);
    });
    asio::get_associated_cancellation_slot(handler).assign([&](asio::cancellation_type) { cancelled = true; });
    completion<decltype(handler), std::unique_ptr<int>> done{std::move(handler), asio::any_io_executor{context.get_executor()}};
    done(std::error_code{}, std::make_unique<int>(5));
    context.run();
    REQUIRE(got);
    CHECK(*got == 5);
    CHECK_FALSE(cancelled);
}
