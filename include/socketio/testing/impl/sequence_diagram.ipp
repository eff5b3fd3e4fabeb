// From happenings to lines and texts of an SVG.
#pragma once

#include <socketio/core/joined.hpp>
#include <socketio/core/utf8.hpp>
#include <socketio/testing/sequence_diagram.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace socketio::detail {

// Colours for a white page and for a dark one. Each has its own ground, since a page may differ from what the reader
// prefers.
inline constexpr std::string_view diagram_style = R"(<style>
.socketio-sequence { color: #1f2328; font: 12px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.socketio-sequence text { fill: currentColor; }
.socketio-sequence path { fill: none; stroke: currentColor; stroke-width: 1.4px; }
.socketio-sequence .solid { fill: currentColor; stroke: none; }
.socketio-sequence .ground { fill: #ffffff; }
.socketio-sequence .head rect { fill: #f6f8fa; stroke: #d1d9e0; }
.socketio-sequence .head text { font-weight: bold; }
.socketio-sequence .line { color: #afb8c1; }
.socketio-sequence .dots { color: #afb8c1; stroke-dasharray: 2 5; }
.socketio-sequence .time, .socketio-sequence .number { color: #59636e; fill: #59636e; }
.socketio-sequence .pause { color: #59636e; font-style: italic; }
.socketio-sequence .event { color: #0550ae; }
.socketio-sequence .ack { color: #116329; }
.socketio-sequence .namespace { color: #6639ba; }
.socketio-sequence .below { color: #59636e; }
.socketio-sequence .lost { color: #cf222e; }
.socketio-sequence .note { color: #953800; }
.socketio-sequence .note path, .socketio-sequence .waits .shaft { stroke-dasharray: 6 4; }
@media (prefers-color-scheme: dark) {
.socketio-sequence { color: #e6edf3; }
.socketio-sequence .ground { fill: #0d1117; }
.socketio-sequence .head rect { fill: #161b22; stroke: #3d444d; }
.socketio-sequence .line, .socketio-sequence .dots { color: #4d5763; }
.socketio-sequence .time, .socketio-sequence .number { color: #9198a1; fill: #9198a1; }
.socketio-sequence .pause, .socketio-sequence .below { color: #9198a1; }
.socketio-sequence .event { color: #79c0ff; }
.socketio-sequence .ack { color: #7ee787; }
.socketio-sequence .namespace { color: #d2a8ff; }
.socketio-sequence .lost { color: #ff7b72; }
.socketio-sequence .note { color: #ffa657; }
}
</style>
)";

// Text between tags, and between the quotes of an attribute. XML has no control characters, and neither U+FFFE nor
// U+FFFF.
inline std::string xml_text(std::string_view text)
{
    std::string made;
    auto const clean = to_displayable(text);
    for (std::size_t at = 0; at < clean.size(); ++at)
        switch (clean[at]) {
        case '<': made += "&lt;"; break;
        case '>': made += "&gt;"; break;
        case '&': made += "&amp;"; break;
        case '"': made += "&quot;"; break;
        case '\'': made += "&#39;"; break;
        default:
            made += clean[at];
            if (made.ends_with("\xEF\xBF\xBE") || made.ends_with("\xEF\xBF\xBF"))
                made.back() = '\xBD';
        }
    return made;
}

// The width of a monospaced text in columns. Characters from U+2000 on may be wide.
inline std::size_t columns_of(std::string_view text)
{
    std::size_t columns = 0;
    for (char const each : text) {
        auto const byte = static_cast<unsigned char>(each);
        if ((byte & 0xC0) != 0x80)
            columns += byte > 0xE1 ? 2 : 1;
    }
    return columns;
}

// The whole characters of it that fit, with an ellipsis if these are not all.
inline std::string cut_text(std::string_view text, std::size_t most)
{
    auto made = to_displayable(text.substr(0, 4 * most + 4));
    if (text.size() <= 4 * most + 4 && columns_of(made) <= most)
        return made;
    while (!made.empty() && columns_of(made) >= most) {
        while ((static_cast<unsigned char>(made.back()) & 0xC0) == 0x80)
            made.pop_back();
        made.pop_back();
    }
    return made + "\xE2\x80\xA6";
}

// "0.100", and "0.100250" if it has microseconds.
inline std::string diagram_seconds(std::chrono::nanoseconds time)
{
    auto const micro = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
    auto const fraction = std::to_string(1'000'000 + micro % 1'000'000).substr(1);
    return joined({std::to_string(micro / 1'000'000), ".", fraction.substr(0, micro % 1000 == 0 ? 3 : 6)});
}

// "1.5 s", "15 min", "2 h 3 min"
inline std::string diagram_pause(std::chrono::nanoseconds time)
{
    auto const tenths = std::chrono::duration_cast<std::chrono::milliseconds>(time).count() / 100;
    auto const seconds = tenths / 10, minutes = seconds / 60, hours = minutes / 60;
    auto const with = [](std::int64_t more, std::string_view unit) {
        return more == 0 ? std::string{} : joined({" ", std::to_string(more), unit});
    };
    if (hours != 0)
        return std::to_string(hours) + " h" + with(minutes % 60, " min");
    if (minutes != 0)
        return std::to_string(minutes) + " min" + with(seconds % 60, " s");
    return std::to_string(seconds) + (tenths % 10 == 0 ? "" : "." + std::to_string(tenths % 10)) + " s";
}

class sequence_picture {
public:
    sequence_picture(testing::transcript const& of, testing::level most) : flying_{of.in_flight()}
    {
        auto const& lines = of.happenings();
        std::set<std::pair<std::uint64_t, std::string>> ended; // directions
        for (std::size_t i = 0; i != lines.size(); ++i) {
            if (lines[i].level <= most)
                arrows_.push_back({&lines[i], i, true});
            if (is_end(lines[i]))
                ended.emplace(lines[i].connection, lines[i].from);
        }
        for (auto const& each : flying_)
            if (each.level <= most)
                arrows_.push_back({&each, lines.size(), false, !ended.contains({each.connection, each.from})});
        std::stable_sort(arrows_.begin(), arrows_.end(),
            [](arrow const& a, arrow const& b) { return a.begin() < b.begin(); });
        if (arrows_.size() > most_arrows) {
            left_out_ = arrows_.size() - most_arrows;
            arrows_.resize(most_arrows);
        }
    }

    std::string drawn() &&
    {
        find_hosts();
        place();
        for (auto const& each : arrows_)
            draw(each);
        int const below = bottom_ + 14;
        if (left_out_ != 0 || arrows_.empty()) {
            add_text("pause", first_lane - 60, below + 16, "start",
                arrows_.empty() ? "nothing has happened" : "and " + std::to_string(left_out_) + " more");
            bottom_ += 24;
        }
        int const height = bottom_ + (is_long() ? 62 : 20);
        auto const width = std::to_string(right_ + 20), tall = std::to_string(height);
        std::string svg = joined({R"(<svg xmlns="http://www.w3.org/2000/svg" class="socketio-sequence" role="img" )",
            R"(aria-label="Sequence diagram" width=")", width, R"(" height=")", tall, R"(" viewBox="0 0 )", width, " ",
            tall, "\">\n", diagram_style, R"(<rect class="ground" width="100%" height="100%"/>)", "\n"});
        draw_lifelines(svg);
        draw_heads(svg, 16);
        if (is_long())
            draw_heads(svg, height - 46);
        return svg + body_ + "</svg>\n";
    }

private:
    static constexpr std::size_t most_arrows = 2000, most_columns = 60, most_title = 2000;
    static constexpr int first_lane = 190, top = 46, step = 30, small_step = 14, pause_step = 34;

    // A place in the order of the lines: what left between two lines, or a line.
    using order = std::pair<std::size_t, bool>;
    struct arrow {
        testing::happening const* what;
        std::size_t line;
        bool has_arrived;
        bool can_arrive = true;
        int sent_y = 0, arrived_y = 0;

        bool is_slope() const { return has_arrived && what->sent != what->arrived; }
        order begin() const { return has_arrived && !is_slope() ? order{line, true} : order{what->sent_behind, false}; }
    };
    struct pause {
        int from, to;
    };

    static int width_of(std::string_view text) { return static_cast<int>(columns_of(text)) * 15 / 2; }
    bool is_long() const { return bottom_ > 1000; }
    int lane_width() const { return lanes_.size() <= 2 ? 480 : lanes_.size() == 3 ? 320 : 220; }
    int x_of(std::string const& host) const { return first_lane + lanes_.at(host) * lane_width(); }
    int last_x() const
    {
        return first_lane + (lanes_.size() < 2 ? 1 : static_cast<int>(lanes_.size()) - 1) * lane_width();
    }

    void find_hosts()
    {
        std::map<std::pair<std::string, std::string>, std::set<std::uint64_t>> connections;
        for (auto const& each : arrows_) {
            for (auto const* const host : {&each.what->from, &each.what->to})
                if (!host->empty() && lanes_.try_emplace(*host, static_cast<int>(lanes_.size())).second)
                    hosts_.push_back(*host);
            auto& numbers = connections[std::minmax(each.what->from, each.what->to)];
            if (each.what->connection != 0)
                numbers.insert(each.what->connection);
            has_numbers_ = has_numbers_ || numbers.size() > 1;
        }
        right_ = last_x() + (hosts_.empty() ? 90 : (std::max)(90, head_width(hosts_.back()) / 2));
    }

    // Beginnings and arrivals in their order: each beginning has room for its text.
    void place()
    {
        struct point {
            order at;
            std::chrono::nanoseconds time;
            int* y;
            bool has_text, is_note = false;
        };
        std::vector<point> points;
        for (auto& each : arrows_) {
            points.push_back({each.begin(), each.what->sent, &each.sent_y, true, each.what->from.empty()});
            if (each.is_slope())
                points.push_back({{each.line, true}, each.what->arrived, &each.arrived_y, false});
        }
        std::stable_sort(points.begin(), points.end(), [](point const& a, point const& b) { return a.at < b.at; });
        bottom_ = top;
        auto last = points.empty() ? std::chrono::nanoseconds{} : points.front().time;
        bool is_first = true;
        for (auto const& each : points) {
            if (each.time - last > std::chrono::seconds{1}) {
                pauses_.push_back({bottom_ + 8, bottom_ + pause_step});
                add_text("pause", 100, bottom_ + 25, "end", "+ " + diagram_pause(each.time - last));
                bottom_ += pause_step;
            }
            *each.y = bottom_ += each.has_text ? step : small_step;
            if (is_first || each.time != last)
                add_text("time", 100, bottom_ + 4, "end", diagram_seconds(each.time));
            bottom_ += each.is_note ? 6 : 0;
            last = each.time;
            is_first = false;
        }
    }

    void draw(arrow const& of)
    {
        auto const& what = *of.what;
        body_ += joined({R"(<g class=")", kind_of(of), of.has_arrived || !of.can_arrive ? "" : " waits", R"("><title>)",
            title_of(of), "</title>"});
        auto const text = cut_text(what.meaning, most_columns);
        if (what.from.empty())
            draw_note(of.sent_y, text);
        else if (what.to.empty() || what.from == what.to)
            draw_loop(of, text);
        else
            draw_arrow(of, text);
        body_ += "</g>\n";
    }

    static bool is_end(testing::happening const& what)
    {
        return !what.type && what.level == testing::level::events && what.meaning.starts_with("connection ");
    }
    static std::string_view kind_of(arrow const& of)
    {
        auto const& what = *of.what;
        if (what.from.empty())
            return "note";
        if (!of.can_arrive || (is_end(what) && what.meaning != "connection closed") ||
            what.type == packet_type::connect_error)
            return "lost";
        if (!what.type)
            return what.level == testing::level::events ? "connection" : "below";
        switch (*what.type) {
        case packet_type::event:
        case packet_type::binary_event: return "event";
        case packet_type::ack:
        case packet_type::binary_ack: return "ack";
        default: return "namespace";
        }
    }
    static std::string title_of(arrow const& of)
    {
        auto const& what = *of.what;
        auto const times = !of.has_arrived
                               ? "sent " + diagram_seconds(what.sent) + (of.can_arrive ? ", has not arrived" : ", lost")
                           : of.is_slope() ? diagram_seconds(what.sent) + " to " + diagram_seconds(what.arrived)
                                           : diagram_seconds(what.sent);
        auto const on = what.connection == 0 ? "" : ", connection " + std::to_string(what.connection);
        auto const who = what.from.empty() ? std::string{} : what.to.empty() ? what.from : what.from + " -> " + what.to;
        return joined({xml_text(cut_text(what.meaning, most_title)), "\n", xml_text(cut_text(who, 200)),
            who.empty() ? "" : ", ", times, on});
    }

    void draw_note(int y, std::string const& text)
    {
        add_line(first_lane - 60, y, last_x() + 60, y);
        int const middle = (first_lane + last_x()) / 2, width = width_of(text) + 16;
        add_ground(middle - width / 2, y - 9, width);
        add_text("", middle, y + 4, "middle", text);
    }
    // Of a host that speaks to itself.
    void draw_loop(arrow const& of, std::string const& text)
    {
        int const x = x_of(of.what->from), down = of.is_slope() ? of.arrived_y : of.sent_y + 8;
        auto const at = [](int a, int b) { return std::to_string(a) + " " + std::to_string(b); };
        body_ += joined({R"(<path class="shaft" d="M)", at(x, of.sent_y), " L", at(x + 24, of.sent_y), " L",
            at(x + 24, down), " L", at(of.has_arrived ? x : x + 12, down), R"("/>)"});
        if (of.has_arrived)
            add_head(x + 24, down, x, down);
        else
            add_cross(x + 12, down);
        add_label(of, x + 8, of.sent_y - 6, true, text);
    }
    void draw_arrow(arrow const& of, std::string const& text)
    {
        int const from = x_of(of.what->from), to = x_of(of.what->to), y = of.sent_y;
        bool const is_right = to > from;
        int const end_y = of.is_slope() ? of.arrived_y : y;
        if (!of.has_arrived) {
            int const x = from + (to - from) * 6 / 10;
            add_line(from, y, x, y, "shaft");
            add_cross(x, y);
        } else if (is_end(*of.what)) {
            add_line(from, y, to, y);
            body_ += joined({R"(<rect class="solid" x=")", std::to_string(to - 2), R"(" y=")", std::to_string(y - 9),
                R"(" width="4" height="18"/>)"});
        } else {
            add_line(from, y, to, end_y);
            add_head(from, y, to, end_y);
        }
        add_label(of, from + (is_right ? 10 : -10), y - 6, is_right, text);
    }
    // Beside the sender's lifeline, where no slope of its own crosses it; moved where it would leave the picture.
    void add_label(arrow const& of, int x, int y, bool is_right, std::string const& text)
    {
        auto const number = has_numbers_ && of.what->connection != 0 ? "#" + std::to_string(of.what->connection) : "";
        int const width = width_of(text) + (number.empty() ? 0 : width_of(number + " "));
        if (!is_right && x - width < first_lane - 60) {
            x = first_lane + 10;
            is_right = true;
        }
        if (is_right)
            right_ = (std::max)(right_, x + width);
        add_ground(is_right ? x - 2 : x - width - 2, y - 11, width + 4);
        body_ += joined({R"(<text x=")", std::to_string(x), R"(" y=")", std::to_string(y), R"(" text-anchor=")",
            is_right ? "start" : "end", R"(">)"});
        if (!number.empty())
            body_ += joined({R"(<tspan class="number">)", number, "</tspan> "});
        body_ += xml_text(text) + "</text>";
    }

    void add_line(int x, int y, int to_x, int to_y, std::string_view kind = "")
    {
        body_ += joined(
            {"<path", kind.empty() ? "" : " class=\"", kind, kind.empty() ? "" : "\"", R"( d="M)", std::to_string(x),
                " ", std::to_string(y), " L", std::to_string(to_x), " ", std::to_string(to_y), R"("/>)"});
    }
    void add_cross(int x, int y)
    {
        add_line(x - 6, y - 6, x + 6, y + 6);
        add_line(x - 6, y + 6, x + 6, y - 6);
    }
    // A triangle whose tip is at the end of the line, computed in tenths of a pixel.
    void add_head(int x, int y, int to_x, int to_y)
    {
        double const dx = to_x - x, dy = to_y - y, length = std::sqrt(dx * dx + dy * dy);
        auto const tenths = [](double of) {
            auto const all = std::lround(of * 10);
            return std::to_string(all / 10) + "." + std::to_string(std::abs(all % 10));
        };
        auto const corner = [&](double side) {
            return joined({" L", tenths(to_x - (10 * dx - side * dy) / length), " ",
                tenths(to_y - (10 * dy + side * dx) / length)});
        };
        body_ += joined({R"(<path class="solid" d="M)", std::to_string(to_x), " ", std::to_string(to_y), corner(4),
            corner(-4), R"( Z"/>)"});
    }
    // What a text covers, so that lines of earlier happenings do not cross it.
    void add_ground(int x, int y, int width)
    {
        body_ += joined({R"(<rect class="ground" x=")", std::to_string(x), R"(" y=")", std::to_string(y),
            R"(" width=")", std::to_string(width), R"(" height="15"/>)"});
    }
    void add_text(std::string_view kind, int x, int y, std::string_view anchor, std::string_view text)
    {
        body_ += joined({"<text", kind.empty() ? "" : " class=\"", kind, kind.empty() ? "" : "\"", " x=\"",
            std::to_string(x), "\" y=\"", std::to_string(y), "\" text-anchor=\"", anchor, "\">", xml_text(text),
            "</text>", kind.empty() ? "" : "\n"});
    }

    void draw_lifelines(std::string& svg) const
    {
        auto const down = [&svg](std::string_view kind, int x, int from, int to) {
            svg += joined({R"(<path class=")", kind, R"(" d="M)", std::to_string(x), " ", std::to_string(from), " V",
                std::to_string(to), "\"/>\n"});
        };
        for (auto const& host : hosts_) {
            int from = top - 6;
            for (auto const& each : pauses_) {
                down("line", x_of(host), from, each.from);
                down("dots", x_of(host), each.from, each.to);
                from = each.to;
            }
            down("line", x_of(host), from, bottom_ + 14);
        }
    }
    std::string head_text(std::string_view host) const
    {
        return cut_text(host, static_cast<std::size_t>((std::min)(lane_width() - 40, 300) * 2 / 15));
    }
    int head_width(std::string_view host) const { return width_of(head_text(host)) + 28; }
    void draw_heads(std::string& svg, int y) const
    {
        for (auto const& host : hosts_) {
            auto const name = head_text(host);
            int const width = head_width(host);
            svg += joined({R"(<g class="head"><title>)", xml_text(cut_text(host, most_title)), R"(</title><rect x=")",
                std::to_string(x_of(host) - width / 2), R"(" y=")", std::to_string(y), R"(" width=")",
                std::to_string(width), R"(" height="26" rx="5"/><text x=")", std::to_string(x_of(host)), R"(" y=")",
                std::to_string(y + 17), R"(" text-anchor="middle">)", xml_text(name), "</text></g>\n"});
        }
    }

    std::vector<testing::happening> const flying_;
    std::vector<arrow> arrows_;
    std::size_t left_out_ = 0;
    std::map<std::string, int> lanes_;
    std::vector<std::string> hosts_; // of the lanes
    bool has_numbers_ = false;       // some hosts have several connections
    std::vector<pause> pauses_;
    int bottom_ = 0, right_ = 0;
    std::string body_;
};

} // namespace socketio::detail

namespace socketio::testing {

SOCKETIO_TESTING_DECL std::string sequence_diagram(transcript const& of, level most)
{
    return detail::sequence_picture{of, most}.drawn();
}

} // namespace socketio::testing
