#include <socketio/net/strand.hpp>

#include <doctest/doctest.h>

#include <asio/dispatch.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/strand.hpp>

#include <new>

TEST_CASE("what a function throws that an executor runs at once leaves it, and the function runs once")
{
    asio::io_context context;
    auto const users = asio::make_strand(context);
    socketio::detail::known_executor const known{asio::any_io_executor{users}};
    int calls = 0;
    bool thrown = false;
    asio::post(users, [&] {
        try {
            known.execute([&] {
                ++calls;
                throw std::bad_alloc{};
            });
        } catch (std::bad_alloc const&) {
            thrown = true;
        }
    });
    context.run();
    CHECK(calls == 1);
    CHECK(thrown);
}

TEST_CASE("a function runs where the user's executor says, whatever kind of executor that is")
{
    asio::io_context context;
    auto const users = asio::make_strand(context);
    socketio::detail::strand const own{socketio::detail::known_executor{asio::any_io_executor{users}}};
    int there = 0;
    asio::post(own, [&] { there += users.running_in_this_thread(); });
    asio::dispatch(own, [&] { there += users.running_in_this_thread(); });
    context.run();
    CHECK(there == 2);
}
