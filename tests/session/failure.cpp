#include <socketio/session/failure.hpp>

#include <doctest/doctest.h>

#include <string>

namespace failure_tests {

using namespace socketio;

TEST_CASE("an error that nobody filled says nothing")
{
    connect_error const none;
    CHECK(none.message().empty());
    CHECK_FALSE(none.code());
    CHECK(none.data().is_null());
    CHECK(none.http_status() == 0);
    CHECK(none.http_body().empty());
}

TEST_CASE("a connect error carries the words, the code, the server's data and the HTTP answer")
{
    connect_error why{error::connect_refused, "not authorized"};
    why.set_data(object{{"retry", false}});
    why.set_http(503, "down for maintenance");
    CHECK(why.message() == "not authorized");
    CHECK(why.code() == error::connect_refused);
    CHECK(why.data() == value{object{{"retry", false}}});
    CHECK(why.http_status() == 503);
    CHECK(why.http_body() == "down for maintenance");
}

TEST_CASE("an event error says where, what was expected and what came")
{
    event_error why{.code = error::type_mismatch, .event = "news", .position = 1, .expected = "string", .actual = "boolean"};
    CHECK(why.message() == R"("news", argument 2: expected string, got boolean)");
    why.path = "user.tags[3]";
    CHECK(why.message() == R"("news", argument 2 (user.tags[3]): expected string, got boolean)");
}

TEST_CASE("an event error of another kind has the words of its code")
{
    event_error const why{.code = error::payload_too_large, .event = "news"};
    CHECK(why.message() == R"("news": the packet is larger than the server's maxPayload or largest_message)");
}

} // namespace failure_tests
