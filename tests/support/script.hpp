// Writes the scripts of raw_server (tests/peers/steps.js) without escaping JSON in JSON by hand.
#pragma once

#include "quoted.hpp"

#include <string>
#include <string_view>

namespace support {

class script {
public:
    // The open packet; `overrides` is a JSON object.
    script& open(std::string_view overrides = "{}") { return add(R"({"open":)", overrides); }

    // Awaits CONNECT and answers with this sid.
    script& accept(std::string_view sid = "S1") { return add(R"({"accept":)", quoted(sid)); }
    script& accept_json(std::string_view fields) { return add(R"({"accept":)", fields); }

    script& text(std::string_view message) { return add(R"({"text":)", quoted(message)); }
    script& binary(std::string_view hex) { return add(R"({"binary":)", quoted(hex)); }
    script& frame(std::string_view fields) { return add(R"({"frame":)", fields); }
    script& hex(std::string_view bytes) { return add(R"({"hex":)", quoted(bytes)); }
    script& raw(std::string_view ascii) { return add(R"({"raw":)", quoted(ascii)); }

    // Awaits a text message that starts so, or any binary one for "binary".
    script& expect(std::string_view prefix) { return add(R"({"expect":)", quoted(prefix)); }

    script& wait(int milliseconds) { return add(R"({"wait":)", std::to_string(milliseconds)); }
    script& repeat(int times, script const& steps)
    {
        return add(R"({"steps":)" + steps.steps() + R"(,"repeat":)", std::to_string(times));
    }

    // A WebSocket close; without a code for 0.
    script& close(int code = 0) { return add(R"({"close":)", std::to_string(code)); }
    script& terminate() { return add(R"({"terminate":)", "true"); }
    script& reset() { return add(R"({"reset":)", "true"); }
    script& end() { return add(R"({"end":)", "true"); }

    std::string steps() const { return "[" + steps_ + "]"; }

    // One plan, and options for a server whose every connection follows it.
    std::string plan() const { return R"({"steps":)" + steps() + "}"; }
    operator std::string() const { return plan(); }

private:
    script& add(std::string_view head, std::string_view value)
    {
        if (!steps_.empty())
            steps_ += ',';
        ((steps_ += head) += value) += '}';
        return *this;
    }

    std::string steps_;
};

// Options for a server whose connections follow these plans in turn, the last one for ever.
template <class... Plans>
std::string plans(Plans const&... each)
{
    std::string list;
    ((list += (list.empty() ? "" : ",") + std::string(each)), ...);
    return R"({"plans":[)" + list + "]}";
}

} // namespace support
