#include <socketio/core/shared_new.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace shared_new_tests {

using socketio::detail::shared_new;

TEST_CASE("a shared object is made of its arguments and destroyed with its last owner")
{
    struct noted {
        noted(std::unique_ptr<std::string> given, int& to) : text{std::move(given)}, ends{to} {}
        ~noted() { ++ends; }
        std::unique_ptr<std::string> text;
        int& ends;
    };
    int ends = 0;
    auto first = shared_new<noted>(std::make_unique<std::string>("text"), ends);
    std::weak_ptr<noted> const seen = first;
    auto second = first;
    CHECK(*second->text == "text");
    first.reset();
    CHECK(ends == 0);
    CHECK(seen.lock() == second);
    second.reset();
    CHECK(ends == 1);
    CHECK(seen.expired());
}

TEST_CASE("a shared object may be constant")
{
    auto const text = shared_new<std::string const>("text");
    static_assert(std::is_same_v<decltype(text), std::shared_ptr<std::string const> const>);
    CHECK(*text == "text");
}

} // namespace shared_new_tests
