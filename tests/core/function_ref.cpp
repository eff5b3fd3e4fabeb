#include <socketio/core/function_ref.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace function_ref_tests {

using socketio::detail::function_ref;

namespace {

int twice(int n)
{
    return 2 * n;
}

int call(function_ref<int(int)> f, int n)
{
    return f(n);
}

struct counter {
    int count = 0;
    int operator()(int n) { return count += n; }
    int fixed(int n) const { return count + n; }
};

} // namespace

TEST_CASE("what is looked at is called, not copied")
{
    counter heard;
    CHECK(call(heard, 3) == 3);
    CHECK(call(heard, 4) == 7);
    CHECK(heard.count == 7);
    CHECK(call([base = std::make_unique<int>(40)](int n) { return *base + n; }, 2) == 42);
}

TEST_CASE("function pointers and constant callables can be looked at")
{
    CHECK(call(&twice, 21) == 42);
    auto const constant = [](int n) { return n + 1; };
    CHECK(call(constant, 1) == 2);
    CHECK_FALSE(std::is_constructible_v<function_ref<int(int)>, int (&)(int)>);
}

TEST_CASE("member functions are called on their object")
{
    counter heard{5};
    auto const member = &counter::fixed;
    function_ref<int(counter const&, int)> const f{member};
    CHECK(f(heard, 2) == 7);
}

TEST_CASE("a copy looks at the same callable")
{
    counter heard;
    function_ref<int(int)> first{heard};
    function_ref<int(int)> second{first};
    second(5);
    CHECK(first(1) == 6);
    counter other;
    first = function_ref<int(int)>{other};
    first(9);
    CHECK(heard.count == 6);
    CHECK(other.count == 9);
}

TEST_CASE("arguments and results keep their kind, and a result may be thrown away")
{
    int n = 0;
    auto const setter = [](int& to) { return to = 4; };
    function_ref<void(int&)> const set{setter};
    set(n);
    CHECK(n == 4);
    auto const taker = [](std::unique_ptr<std::string> s) { return *s; };
    function_ref<std::string(std::unique_ptr<std::string>)> const take{taker};
    CHECK(take(std::make_unique<std::string>("moved")) == "moved");
    auto const same = [](int& x) -> int& { return x; };
    function_ref<int&(int&)> const identity{same};
    CHECK(&identity(n) == &n);
}

} // namespace function_ref_tests
