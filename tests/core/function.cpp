#include <socketio/core/function.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace function_tests {

using socketio::detail::unique_function;

namespace {

int twice(int n)
{
    return 2 * n;
}

struct counter {
    int count = 0;
    int add(int n) { return count += n; }
};

// Larger than the room inside a unique_function.
using large = std::array<char, 200>;

} // namespace

TEST_CASE("an empty function says so and a filled one does not")
{
    unique_function<int(int)> f;
    CHECK_FALSE(f);
    f = twice;
    CHECK(f);
    CHECK(f(21) == 42);
    f = nullptr;
    CHECK_FALSE(f);
}

TEST_CASE("function pointers, member functions and lambdas can be called")
{
    unique_function<int(int)> pointer{&twice};
    CHECK(pointer(4) == 8);
    counter target;
    unique_function<int(counter&, int)> member{&counter::add};
    CHECK(member(target, 3) == 3);
    CHECK(member(target, 4) == 7);
    unique_function<std::string(std::string const&)> lambda{[](std::string const& s) { return s + "!"; }};
    CHECK(lambda("hi") == "hi!");
}

TEST_CASE("a result that nobody asked for is thrown away")
{
    int called = 0;
    unique_function<void(int)> small{[&called](int n) { return called += n; }};
    small(3);
    unique_function<void(int)> big{[&called, room = large{}](int n) { return called += n + static_cast<int>(room.size()); }};
    big(1);
    CHECK(called == 204);
}

TEST_CASE("a callable keeps its state between calls")
{
    unique_function<int()> f{[n = 0]() mutable { return ++n; }};
    f();
    f();
    CHECK(f() == 3);
}

TEST_CASE("captures that cannot be copied are moved in, and along with the function")
{
    unique_function<int()> f{[held = std::make_unique<int>(7)] { return *held; }};
    unique_function<int()> g{std::move(f)};
    CHECK_FALSE(f);
    CHECK(g() == 7);
    f = std::move(g);
    CHECK_FALSE(g);
    CHECK(f() == 7);
    CHECK_FALSE(std::is_copy_constructible_v<unique_function<int()>>);
}

TEST_CASE("large callables are moved without being copied and are called like small ones")
{
    auto held = std::make_shared<int>(1);
    large room{};
    room[199] = 9;
    unique_function<int()> f{[held, room] { return *held + room[199]; }};
    CHECK(held.use_count() == 2);
    unique_function<int()> g{std::move(f)};
    CHECK(held.use_count() == 2);
    CHECK(g() == 10);
    g.reset();
    CHECK(held.use_count() == 1);
}

TEST_CASE("what is captured dies with reset, with assignment and with the function, once each")
{
    auto held = std::make_shared<int>(1);
    unique_function<int()> f{[held] { return *held; }};
    CHECK(held.use_count() == 2);
    f.reset();
    CHECK(held.use_count() == 1);
    f.reset();
    CHECK(held.use_count() == 1);
    f = [held] { return *held; };
    CHECK(held.use_count() == 2);
    f = [] { return 3; };
    CHECK(held.use_count() == 1);
    {
        unique_function<int()> g{[held] { return *held; }};
        CHECK(held.use_count() == 2);
    }
    CHECK(held.use_count() == 1);
}

TEST_CASE("a function that is moved onto itself stays as it was")
{
    unique_function<int()> f{[held = std::make_unique<int>(5)] { return *held; }};
    unique_function<int()>& same = f;
    f = std::move(same);
    REQUIRE(f);
    CHECK(f() == 5);
}

TEST_CASE("arguments that cannot be copied pass through, and references stay references")
{
    unique_function<int(std::unique_ptr<int>)> taker{[](std::unique_ptr<int> p) { return *p; }};
    CHECK(taker(std::make_unique<int>(8)) == 8);
    unique_function<void(int&)> setter{[](int& n) { n = 6; }};
    int n = 0;
    setter(n);
    CHECK(n == 6);
    unique_function<int&(int&)> same{[](int& x) -> int& { return x; }};
    CHECK(&same(n) == &n);
}

TEST_CASE("strictly aligned callables are stored where they may stand")
{
    struct alignas(64) aligned {
        std::uintptr_t operator()() const { return reinterpret_cast<std::uintptr_t>(this) % 64; }
    };
    unique_function<std::uintptr_t()> f{aligned{}};
    CHECK(f() == 0);
}

TEST_CASE("only what fits the signature is taken")
{
    CHECK(std::is_constructible_v<unique_function<int(int)>, int (*)(int)>);
    CHECK_FALSE(std::is_constructible_v<unique_function<int(int)>, std::string>);
    CHECK_FALSE(std::is_constructible_v<unique_function<int(std::string)>, int (*)(int)>);
}

} // namespace function_tests
