#include <socketio/core/value_builder.hpp>

#include <socketio/core/utf8.hpp>
#include <socketio/core/value_view.hpp>

#include <doctest/doctest.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace value_builder_tests {

using socketio::error;
using socketio::value_builder;

namespace {

struct fresh : value_builder {
    explicit fresh(socketio::detail::json_limits limits = {}) { start(limits); }
};

} // namespace

TEST_CASE("a value is built in the order in which it is read")
{
    fresh made;
    CHECK(made.begin_object());
    CHECK(made.key("list"));
    CHECK(made.begin_array());
    CHECK((made.null() && made.boolean(true) && made.integer(-1) && made.unsigned_integer(7) && made.number(1.5)));
    CHECK(made.unsigned_integer(18446744073709551615U));
    CHECK(made.end_array());
    CHECK(made.key("text"));
    CHECK(made.string("x"));
    CHECK(made.key("empty"));
    CHECK((made.begin_object() && made.end_object()));
    CHECK_FALSE(made.whole());
    CHECK(made.root().is_null());
    CHECK(made.end_object());
    CHECK(made.whole());
    CHECK(made.root().to_json() ==
          R"({"list":[null,true,-1,7,1.5,18446744073709551615],"text":"x","empty":{}})");
    CHECK(made.root().size() == 3);
    CHECK(made.root()["list"][3].type() == socketio::value_type::int64);
    CHECK(made.root()["list"][5].type() == socketio::value_type::uint64);
}

TEST_CASE("undefined is a null that can be told from null")
{
    fresh made;
    CHECK((made.begin_array() && made.undefined() && made.null() && made.end_array()));
    CHECK(made.root().to_json() == "[null,null]");
    CHECK(value_builder::is_undefined(made.root()[0]));
    CHECK_FALSE(value_builder::is_undefined(made.root()[1]));
    CHECK_FALSE(value_builder::is_undefined(made.root()));
}

TEST_CASE("a value that is no whole value is refused, and so is all that follows")
{
    auto const refused = [](auto const& calls) {
        fresh made;
        CHECK_FALSE(calls(made));
        CHECK(made.error() == error::packet_invalid_payload);
        CHECK_FALSE(made.null());
        CHECK(made.root().is_null());
        CHECK_FALSE(made.whole());
    };
    refused([](value_builder& to) { return to.null() && to.null(); });
    refused([](value_builder& to) { return to.key("a"); });
    refused([](value_builder& to) { return to.begin_array() && to.key("a"); });
    refused([](value_builder& to) { return to.begin_object() && to.null(); });
    refused([](value_builder& to) { return to.begin_object() && to.key("a") && to.key("b"); });
    refused([](value_builder& to) { return to.begin_object() && to.key("a") && to.end_object(); });
    refused([](value_builder& to) { return to.begin_object() && to.end_array(); });
    refused([](value_builder& to) { return to.end_array(); });
}

TEST_CASE("a built value has limits for its depth and its number of values, keys included")
{
    fresh deep{{.depth = 2}};
    CHECK((deep.begin_array() && deep.begin_array()));
    CHECK_FALSE(deep.begin_array());
    CHECK(deep.error() == error::json_too_deep);

    fresh large{{.values = 3}};
    CHECK((large.begin_object() && large.key("a") && large.null()));
    CHECK_FALSE(large.key("b"));
    CHECK(large.error() == error::json_too_large);
}

TEST_CASE("the memory of a built value stays where it is")
{
    fresh made;
    REQUIRE(made.begin_array());
    for (int i = 0; i != 1000; ++i) {
        std::string const text = std::to_string(i) + std::string(static_cast<std::size_t>(i % 50), 'x');
        auto const kept = made.memory(text.size());
        std::memcpy(kept.data(), text.data(), text.size());
        REQUIRE(made.string({kept.data(), kept.size()}));
    }
    REQUIRE(made.end_array());
    int i = 0;
    for (auto const each : made.root().elements()) {
        CHECK(each.as_string() == std::to_string(i) + std::string(static_cast<std::size_t>(i % 50), 'x'));
        ++i;
    }
    made.shrink(16);
    CHECK(made.root().is_null());
    made.start({});
    CHECK(made.boolean(true));
    CHECK(made.root().as_bool());
}

TEST_CASE("a built value has no invalid UTF-8, whatever a parser gives it")
{
    std::minstd_rand random{1};
    for (int round = 0; round != 2000; ++round) {
        std::vector<std::string> texts(1 + random() % 8);
        for (std::string& each : texts)
            for (std::size_t size = random() % 40; size != 0; --size)
                each += static_cast<char>(random() % 3 == 0 ? 'a' : random() % 256);
        fresh made;
        REQUIRE(made.begin_object());
        for (std::string const& each : texts)
            REQUIRE((made.key(each) && made.string(each)));
        REQUIRE(made.end_object());
        auto next = texts.begin();
        for (auto const [key, data] : made.root().members()) {
            REQUIRE(key == socketio::detail::to_well_formed(*next));
            REQUIRE(data.as_string() == socketio::detail::to_well_formed(*next));
            REQUIRE(socketio::detail::is_utf8(*next) == (data.as_string().data() == next->data()));
            ++next;
        }
    }
}

TEST_CASE("a text that is repaired has a replacement for each of its errors, as a key too")
{
    fresh made;
    CHECK((made.begin_object() && made.key("a\xff") && made.string("\xc3(\xed\xa0\x80") && made.end_object()));
    CHECK(made.root().to_json() == "{\"a\xef\xbf\xbd\":\"\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"}");
}

} // namespace value_builder_tests
