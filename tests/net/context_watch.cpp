#include <socketio/net/context_watch.hpp>

#include <doctest/doctest.h>

#include <asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>

using socketio::detail::context_observer;
using socketio::detail::context_watch;

namespace {

struct observer final : context_observer {
    observer(std::string& to, std::string own) : told{to}, name{std::move(own)} {}
    void context_gone() noexcept override
    {
        told += name;
        if (then)
            then();
    }
    std::string& told;
    std::string name;
    std::function<void()> then;
};

} // namespace

TEST_CASE("an observer is told once that its context goes, and one that was removed is not told")
{
    std::string told;
    observer first{told, "a"}, second{told, "b"}, third{told, "c"};
    {
        asio::io_context context;
        auto& watch = asio::use_service<context_watch>(context);
        watch.add(&first);
        watch.add(&second);
        watch.add(&third);
        watch.remove(&second);
        CHECK(told.empty());
    }
    CHECK(told == "ca");
}

TEST_CASE("an observer may take others along while it is told")
{
    std::string told;
    observer last{told, "a"};
    auto other = std::make_unique<observer>(told, "b");
    {
        asio::io_context context;
        auto& watch = asio::use_service<context_watch>(context);
        watch.add(other.get());
        watch.add(&last);
        last.then = [&] {
            watch.remove(other.get());
            other.reset();
        };
    }
    CHECK(told == "a");
}

TEST_CASE("each context tells its own observers")
{
    std::string told;
    observer first{told, "a"}, second{told, "b"};
    asio::io_context staying;
    asio::use_service<context_watch>(staying).add(&second);
    {
        asio::io_context going;
        asio::use_service<context_watch>(going).add(&first);
    }
    CHECK(told == "a");
    asio::use_service<context_watch>(staying).remove(&second);
}
