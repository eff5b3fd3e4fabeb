#include <socketio/core/provided.hpp>

#include <doctest/doctest.h>

#include <socketio/core/value.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace provided_tests {

using socketio::object;
using socketio::provided;
using socketio::string_pairs;

namespace {

// What is answered at once; `times` counts the answers.
template <class T>
T asked(provided<T> const& from, int& times)
{
    T result{};
    from.ask([&](T value) {
        result = std::move(value);
        ++times;
    });
    return result;
}

} // namespace

TEST_CASE("nothing given is an empty value")
{
    provided<string_pairs> const none;
    REQUIRE(none.if_value());
    CHECK(none.if_value()->empty());
    int times = 0;
    CHECK(asked(none, times).empty());
    CHECK(times == 1);
}

TEST_CASE("a plain value is answered every time it is asked for")
{
    provided<object> const plain = object{{"token", "abc"}};
    REQUIRE(plain.if_value());
    int times = 0;
    CHECK(asked(plain, times) == object{{"token", "abc"}});
    CHECK(asked(plain, times) == object{{"token", "abc"}});
    CHECK(times == 2);
}

TEST_CASE("braces are enough to write a value")
{
    provided<object> const auth{{"token", "abc"}, {"n", 2}};
    REQUIRE(auth.if_value());
    CHECK(*auth.if_value() == object{{"token", "abc"}, {"n", 2}});
    provided<string_pairs> const query = {{"a", "1"}, {"b", "2"}};
    REQUIRE(query.if_value());
    CHECK(*query.if_value() == string_pairs{{"a", "1"}, {"b", "2"}});
}

TEST_CASE("a function is called anew every time")
{
    int calls = 0;
    provided<object> const asker = [&calls] { return object{{"attempt", ++calls}}; };
    CHECK(asker.if_value() == nullptr);
    CHECK(calls == 0);
    int times = 0;
    CHECK(asked(asker, times) == object{{"attempt", 1}});
    CHECK(asked(asker, times) == object{{"attempt", 2}});
    CHECK(calls == 2);
    CHECK(times == 2);
}

TEST_CASE("what a function returns may have to be converted")
{
    provided<std::string> const asker = [] { return "text"; };
    int times = 0;
    CHECK(asked(asker, times) == "text");
    CHECK(times == 1);
}

TEST_CASE("a function that takes the answer's way may answer now or later")
{
    std::vector<provided<object>::answer> waiting;
    provided<object> const later = [&waiting](provided<object>::answer tell) { waiting.push_back(std::move(tell)); };
    CHECK(later.if_value() == nullptr);
    std::vector<object> told;
    later.ask([&told](object o) { told.push_back(std::move(o)); });
    later.ask([&told](object o) { told.push_back(std::move(o)); });
    CHECK(told.empty());
    REQUIRE(waiting.size() == 2);
    waiting[1](object{{"n", 2}});
    waiting[0](object{{"n", 1}});
    REQUIRE(told.size() == 2);
    CHECK(told[0] == object{{"n", 2}});
    CHECK(told[1] == object{{"n", 1}});
}

TEST_CASE("copies ask the same function, and hold it only as long as they live")
{
    auto held = std::make_shared<int>(7);
    {
        provided<object> const first = [held] { return object{{"n", *held}}; };
        provided<object> const second = first;
        CHECK(held.use_count() == 3);
        int times = 0;
        CHECK(asked(second, times) == object{{"n", 7}});
        provided<object> third{first};
        third = object{};
        CHECK(third.if_value());
        CHECK(held.use_count() == 3);
    }
    CHECK(held.use_count() == 1);
}

TEST_CASE("an empty callable is no value, and cannot be asked")
{
    using answer = provided<object>::answer;
    provided<object> const functions[] = {std::function<void(answer)>{}, std::function<object()>{},
                                          static_cast<void (*)(answer)>(nullptr), static_cast<object (*)()>(nullptr)};
    for (auto const& each : functions) {
        int times = 0;
        CHECK(!each.if_value());
        CHECK_THROWS_AS(asked(each, times), std::bad_function_call);
        CHECK(times == 0);
    }
}

} // namespace provided_tests
