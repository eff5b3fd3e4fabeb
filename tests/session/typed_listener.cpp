#include <socketio/session/typed_listener.hpp>

#include <socketio/codec/packet_decoder.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace app {

struct player {
    std::string name;
    std::vector<int> scores;
    std::optional<int> age;
};
SOCKETIO_FIELDS(player, name, scores, age)

} // namespace app

namespace typed_listener_tests {

using namespace socketio;
using namespace socketio::detail;

namespace {

struct answers final : ack_target {
    void send_ack(std::string_view text, std::span<bytes_view const>, std::uint64_t) override { sent.emplace_back(text); }
    void ack_dropped(std::uint64_t id) override { dropped.push_back(id); }
    std::vector<std::string> sent;
    std::vector<std::uint64_t> dropped;
};

struct context final : call_context {
    void report(event_error why) override { reported.push_back(std::move(why)); }
    ack make_ack(std::uint64_t id) override
    {
        ++acks_made;
        return ack{std::make_shared<ack_state>(target, nullptr, "/", id, 1)};
    }

    std::vector<event_error> reported;
    std::shared_ptr<answers> target = std::make_shared<answers>();
    int acks_made = 0;
};

// The arguments of an event, as they come from the network.
struct arguments {
    explicit arguments(std::string json, std::vector<std::string> attachments = {})
        : text{std::move(json)}, data{std::move(attachments)}
    {
        std::vector<bytes_view> views;
        for (auto const& each : data)
            views.push_back(as_bytes(each));
        REQUIRE_FALSE(document.parse(text, {}, !views.empty()));
        REQUIRE_FALSE(document.attach(views));
    }
    args view() const { return args{document.root()}; }

    std::string text;
    std::vector<std::string> data;
    json_document document;
};

// What happens to a listener of "event" when it is called with these arguments.
template <class F>
std::vector<event_error> heard(F&& listener, std::string json, std::vector<std::string> attachments = {})
{
    arguments const from{std::move(json), std::move(attachments)};
    context c;
    event_call call{c, "event", from.view()};
    auto made = make_listener(std::forward<F>(listener));
    made(call);
    return c.reported;
}

template <class F>
std::vector<event_error> answered(F&& handler, std::string json, std::error_code why = {})
{
    arguments const from{std::move(json)};
    context c;
    ack_result result{c, "event", why, from.view()};
    auto made = make_ack_handler(std::forward<F>(handler));
    made(result);
    return c.reported;
}

// One report: position, what was expected, what came, and where.
std::string only(std::vector<event_error> const& reported)
{
    REQUIRE(reported.size() == 1);
    auto const& why = reported[0];
    CHECK(why.code == error::type_mismatch);
    CHECK(why.event == "event");
    return std::to_string(why.position) + ": " + why.expected + " | " + why.actual + " | " + why.path;
}

std::string global;
void function(std::string const& text, int n)
{
    global = text + std::to_string(n);
}
void quiet_function(int n) noexcept
{
    global = std::to_string(n);
}

constexpr auto placeholder = R"({"_placeholder":true,"num":0})";

} // namespace

TEST_CASE("a listener without parameters hears every event")
{
    int times = 0;
    CHECK(heard([&times] { ++times; }, "[]").empty());
    CHECK(heard([&times]() noexcept { ++times; }, "[1,{},null]").empty());
    CHECK(times == 2);
}

TEST_CASE("parameters are read in order, by value and by reference")
{
    std::string seen;
    CHECK(heard(
              [&seen](std::string a, int const& b, std::vector<int> const& c, std::map<std::string, bool>&& d, double e,
                      std::tuple<int, std::string>& f) {
                  seen = a + std::to_string(b) + std::to_string(c.at(1)) + (d.at("x") ? "yes" : "no");
                  CHECK(e == 2.5);
                  CHECK(std::get<1>(f) == "t");
              },
              R"(["s",7,[1,2],{"x":true},2.5,[1,"t"]])")
              .empty());
    CHECK(seen == "s72yes");
}

TEST_CASE("views look into the message")
{
    bool called = false;
    arguments const from{R"(["text",[1,2,{"a":null}],)" + std::string{placeholder} + "]", {"data"}};
    context c;
    event_call call{c, "event", from.view()};
    auto listener = make_listener([&](std::string_view text, value_view tree, bytes_view data) {
        called = true;
        CHECK(text == "text");
        CHECK(text.data() >= from.text.data());
        CHECK(text.data() < from.text.data() + from.text.size());
        CHECK(tree[2]["a"].is_null());
        CHECK(as_text(data) == "data");
        CHECK(as_text(data).data() == from.data[0].data());
    });
    listener(call);
    CHECK(called);
    CHECK(c.reported.empty());
}

TEST_CASE("values, binary data and structs are read")
{
    bool called = false;
    CHECK(heard(
              [&called](app::player who, value any, bytes data, std::vector<unsigned char> same, object o, array a) {
                  called = true;
                  CHECK(who.name == "Ann");
                  CHECK(who.scores == std::vector<int>{1, 2});
                  CHECK_FALSE(who.age);
                  CHECK(any == value{array{1, nullptr}});
                  CHECK(data.size() == 4);
                  CHECK(same.size() == 4);
                  CHECK(o == object{{"k", 1}});
                  CHECK(a.size() == 1);
              },
              R"([{"name":"Ann","scores":[1,2]},[1,null],)" + std::string{placeholder} + "," + placeholder + R"(,{"k":1},[0]])", {"data"})
              .empty());
    CHECK(called);
}

TEST_CASE("all arguments can be had as they are, beside others and alone")
{
    std::size_t alone = 0;
    std::size_t beside = 0;
    CHECK(heard([&alone](args const& all) { alone = all.size(); }, "[1,2,3]").empty());
    CHECK(heard([&beside](int first, args all, int second) { beside = all.size() * 100 + static_cast<std::size_t>(first * 10 + second); },
                "[1,2,3]")
              .empty());
    CHECK(alone == 3);
    CHECK(beside == 312);
}

TEST_CASE("extra arguments are ignored")
{
    int seen = 0;
    CHECK(heard([&seen](int n) { seen = n; }, R"([1,"more",{}])").empty());
    CHECK(seen == 1);
}

TEST_CASE("a missing argument is reported and the listener is not called")
{
    bool called = false;
    CHECK(only(heard([&called](int, std::string) { called = true; }, "[1]")) == "1: string | nothing | ");
    CHECK(only(heard([&called](std::vector<int>) { called = true; }, "[]")) == "0: array | nothing | ");
    CHECK(only(heard([&called](app::player) { called = true; }, "[]")) == "0: object | nothing | ");
    CHECK(only(heard([&called](value) { called = true; }, "[]")) == "0: a value | nothing | ");
    CHECK(only(heard([&called](value_view) { called = true; }, "[]")) == "0: a value | nothing | ");
    CHECK(only(heard([&called](std::variant<int, std::string>) { called = true; }, "[]")).ends_with("string | nothing | "));
    CHECK_FALSE(called);
}

TEST_CASE("an optional argument may be missing or null, but not of another type")
{
    std::vector<std::optional<int>> seen;
    auto const listener = [&seen](int, std::optional<int> n) { seen.push_back(n); };
    CHECK(heard(listener, "[0]").empty());
    CHECK(heard(listener, "[0,null]").empty());
    CHECK(heard(listener, "[0,5]").empty());
    CHECK(seen == std::vector<std::optional<int>>{{}, {}, 5});
    CHECK(only(heard(listener, R"([0,"5"])")).starts_with("1: integer from -2147483648 to 2147483647 | string | "));
    CHECK(seen.size() == 3);
    bool called = false;
    CHECK(heard([&called](std::optional<std::string> const& a, std::optional<app::player> b) { called = !a && !b; }, "[]").empty());
    CHECK(called);
}

TEST_CASE("what does not fit is reported with its place, and the listener is not called")
{
    bool called = false;
    CHECK(only(heard([&called](std::string) { called = true; }, "[5]")) == "0: string | integer 5 | ");
    CHECK(only(heard([&called](bool, bool) { called = true; }, "[true,null]")) == "1: boolean | null | ");
    CHECK(only(heard([&called](std::uint8_t) { called = true; }, "[256]")) == "0: integer from 0 to 255 | integer 256 | ");
    CHECK(only(heard([&called](std::vector<std::string>) { called = true; }, R"([["a",1]])")) == "0: string | integer 1 | [1]");
    CHECK(only(heard([&called](app::player) { called = true; }, R"([{"name":"A","scores":[1,2,"x"]}])")) ==
          "0: integer from -2147483648 to 2147483647 | string | scores[2]");
    CHECK(only(heard([&called](app::player) { called = true; }, R"([{"scores":[]}])")) == "0: string | nothing | name");
    CHECK(only(heard([&called](std::string, ack, bytes_view) { called = true; }, R"(["s","t"])")) == "1: binary | string | ");
    CHECK(only(heard([&called](int, int) { called = true; }, R"(["a","b"])")).starts_with("0: "));
    CHECK_FALSE(called);
}

TEST_CASE("function pointers and functions are listeners")
{
    CHECK(heard(function, R"(["a",1])").empty());
    CHECK(global == "a1");
    CHECK(heard(&quiet_function, "[2]").empty());
    CHECK(global == "2");
}

TEST_CASE("std::function, std::bind, mutable lambdas and function objects are listeners")
{
    std::string seen;
    std::function<void(std::string, int)> const function_object = [&seen](std::string s, int n) { seen = s + std::to_string(n); };
    CHECK(heard(function_object, R"(["f",1])").empty());
    CHECK(seen == "f1");

    int last = 0;
    auto counting = make_listener([&last, n = 0](int by) mutable { last = n += by; });
    arguments const two{"[2]"};
    context c;
    for (int i = 0; i < 3; ++i) {
        event_call call{c, "event", two.view()};
        counting(call);
    }
    CHECK(last == 6);

    struct functor {
        std::string* seen;
        void operator()(std::string_view s) const { *seen = s; }
    };
    CHECK(heard(functor{&seen}, R"(["object"])").empty());
    CHECK(seen == "object");

    auto const bound = std::bind([&seen](std::string const& first, args const& all) { seen = first + std::to_string(all.size()); },
                                 std::string{"bound"}, std::placeholders::_1);
    CHECK(heard(bound, "[1,2]").empty());
    CHECK(seen == "bound2");
}

TEST_CASE("a generic lambda gets all arguments")
{
    std::size_t seen = 0;
    CHECK(heard([&seen](auto const& all) { seen = all.size(); }, R"([1,"x"])").empty());
    CHECK(seen == 2);
    CHECK(heard([&seen](auto&&... all) { seen = 10 * sizeof...(all); }, R"([1,"x"])").empty());
    CHECK(seen == 10);
}

TEST_CASE("captures that cannot be copied are moved into the listener")
{
    int seen = 0;
    CHECK(heard([&seen, held = std::make_unique<int>(40)](int n) { seen = *held + n; }, "[2]").empty());
    CHECK(seen == 42);
}

TEST_CASE("a trailing ack answers the event, one answer for all its listeners")
{
    arguments const from{R"(["q"])"};
    context c;
    event_call call{c, "event", from.view(), 9};
    auto first = make_listener([](std::string question, ack reply) { reply(question, 1); });
    auto second = make_listener([](ack const& reply) { reply("too late"); });
    first(call);
    second(call);
    CHECK(c.acks_made == 1);
    CHECK(c.target->sent == std::vector<std::string>{R"(39["q",1])"});
}

TEST_CASE("an ack that is not asked for is empty, and none is made for who does not want it")
{
    arguments const from{"[]"};
    context c;
    bool empty = false;
    {
        event_call call{c, "event", from.view()};
        make_listener([&empty](ack reply) {
            reply("nobody hears");
            empty = !reply;
        })(call);
    }
    CHECK(empty);
    {
        event_call call{c, "event", from.view(), 4};
        make_listener([] {})(call);
    }
    CHECK(c.acks_made == 0);
    {
        event_call call{c, "event", from.view(), 4};
        make_listener([](ack) {})(call);
    }
    CHECK(c.target->sent.empty());
    CHECK(c.target->dropped == std::vector<std::uint64_t>{4});
}

TEST_CASE("what the library's own events carry is handed over")
{
    connect_error const refused{error::connect_refused, "no"};
    disconnect_details const details{.code = error::closed, .description = "gone"};
    packet const raw{.type = packet_type::ack};
    arguments const from{R"(["reason"])"};
    context c;
    event_call call{c, "event", from.view()};
    call.refused = &refused;
    call.details = &details;
    call.raw = &raw;
    std::string seen;
    make_listener([&seen](connect_error const& e) { seen += e.message(); })(call);
    make_listener([&seen](std::string_view reason, disconnect_details d) { seen += std::string{reason} + d.description; })(call);
    make_listener([&seen](packet const& p) { seen += p.is_ack() ? "ack" : ""; })(call);
    CHECK(seen == "noreasongoneack");
    CHECK(c.reported.empty());
}

TEST_CASE("an event of the peer that bears the name of one of ours is reported, not guessed")
{
    bool called = false;
    CHECK(only(heard([&called](connect_error const&) { called = true; }, R"([{"message":"x"}])")) ==
          "0: an event of this library | an event of the peer | ");
    CHECK(only(heard([&called](std::string, disconnect_details) { called = true; }, R"(["x"])")) ==
          "1: an event of this library | an event of the peer | ");
    CHECK(only(heard([&called](packet const&) { called = true; }, "[]")) ==
          "0: an event of this library | an event of the peer | ");
    CHECK_FALSE(called);
}

TEST_CASE("a catch-all listener takes the event and all arguments, or the event alone")
{
    arguments const from{"[1,2]"};
    context c;
    event_call call{c, "news", from.view()};
    std::string seen;
    make_any_listener([&seen](std::string_view event, args const& all) { seen += std::string{event} + std::to_string(all.size()); })(call);
    make_any_listener([&seen](std::string_view event) { seen += event; })(call);
    make_any_listener([&seen](auto const& event, auto const&...) { seen += event; })(call);
    make_any_listener([&seen, held = std::make_unique<int>(3)](std::string_view, args) mutable { seen += std::to_string((*held)++); })(call);
    CHECK(seen == "news2newsnews3");
}

TEST_CASE("an ack handler without an error code hears answers only")
{
    std::string seen;
    auto const handler = [&seen](std::string text, std::optional<int> n) { seen += text + (n ? std::to_string(*n) : "-"); };
    CHECK(answered(handler, R"(["a",1])").empty());
    CHECK(answered(handler, R"(["b"])").empty());
    CHECK(answered(handler, "[]", error::ack_timeout).empty());
    CHECK(seen == "a1b-");
    CHECK(only(answered(handler, "[]")) == "0: string | nothing | ");
    CHECK(only(answered(handler, "[true]")) == "0: string | boolean | ");
    CHECK(seen == "a1b-");
    int times = 0;
    CHECK(answered([&times] { ++times; }, "[1]").empty());
    CHECK(answered([&times](args const& all) { times += static_cast<int>(all.size()); }, "[1,2]").empty());
    CHECK(answered([&times](auto const& all) { times += static_cast<int>(all.size()); }, "[1,2]").empty());
    CHECK(times == 5);
    CHECK(answered(function, R"(["fn",2])").empty());
    CHECK(global == "fn2");
}

TEST_CASE("an ack handler with a leading error code is always called")
{
    std::vector<std::pair<std::error_code, std::string>> seen;
    auto const handler = [&seen](std::error_code ec, std::string text) { seen.emplace_back(ec, text); };
    CHECK(answered(handler, R"(["a"])").empty());
    CHECK(answered(handler, R"(["not shown"])", error::ack_timeout).empty());
    CHECK(only(answered(handler, R"([7])")) == "0: string | integer 7 | ");
    CHECK(only(answered(handler, "[]")) == "0: string | nothing | ");
    REQUIRE(seen.size() == 4);
    CHECK(seen[0] == std::pair{std::error_code{}, std::string{"a"}});
    CHECK(seen[1] == std::pair{make_error_code(error::ack_timeout), std::string{}});
    CHECK(seen[2] == std::pair{make_error_code(error::type_mismatch), std::string{}});
    CHECK(seen[3] == std::pair{make_error_code(error::type_mismatch), std::string{}});
}

TEST_CASE("beside an error all values are the default ones, also those that were read already")
{
    bool called = false;
    CHECK(only(answered(
              [&called](std::error_code const& ec, std::string const& text, int n, std::vector<int> list) {
                  called = ec == error::type_mismatch && text.empty() && n == 0 && list.empty();
              },
              R"(["text",5,[1,"x"]])")) == "2: integer from -2147483648 to 2147483647 | string | [1]");
    CHECK(called);
}

TEST_CASE("error codes go along with all arguments, alone, with generic and with mutable lambdas")
{
    std::vector<std::size_t> seen;
    CHECK(answered([&seen](std::error_code, args const& all) { seen.push_back(all.size()); }, "[1,2]").empty());
    CHECK(answered([&seen](std::error_code ec) { seen.push_back(ec ? 1 : 0); }, "[1,2]").empty());
    CHECK(answered([&seen](std::error_code ec) { seen.push_back(ec ? 1 : 0); }, "[]", error::disconnected).empty());
    CHECK(answered([&seen](auto ec, auto const& all) { seen.push_back(ec ? 100 : all.size()); }, "[1,2,3]").empty());
    CHECK(answered([&seen](auto ec, auto const& all) { seen.push_back(ec ? 100 : all.size()); }, "[]", error::disconnected).empty());
    CHECK(answered([&seen, n = std::make_unique<std::size_t>(6)](std::error_code) mutable { seen.push_back(++*n); }, "[]").empty());
    CHECK(seen == std::vector<std::size_t>{2, 0, 1, 3, 100, 7});
}

TEST_CASE("what can be called is told from what can be sent, and who wants errors from who does not")
{
    auto const plain = [](int) {};
    auto const with_error = [](std::error_code, int) {};
    auto const generic = [](auto const&) {};
    auto const generic_with_error = [](auto, auto const&) {};
    CHECK(callable<decltype(plain)>);
    CHECK(callable<decltype(generic)>);
    CHECK(callable<decltype(generic_with_error)>);
    CHECK(callable<decltype(function)>);
    CHECK(callable<std::function<void(int)>>);
    CHECK_FALSE(callable<int>);
    CHECK_FALSE(callable<std::string>);
    CHECK_FALSE(callable<char const(&)[4]>);
    CHECK_FALSE(callable<value>);
    CHECK_FALSE(callable<std::vector<int>>);
    CHECK_FALSE(callable<app::player>);
    CHECK_FALSE(takes_error<std::decay_t<decltype(plain)>>());
    CHECK(takes_error<std::decay_t<decltype(with_error)>>());
    CHECK_FALSE(takes_error<std::decay_t<decltype(generic)>>());
    CHECK(takes_error<std::decay_t<decltype(generic_with_error)>>());
}

} // namespace typed_listener_tests
