// JSON read once more, by recursion over RFC 8259 into values, as slowly as can be: what the library's
// reader is compared with. Numbers are left to strtod, texts to the grammar.
#pragma once

#include "reference.hpp"

#include <socketio/core/value.hpp>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace fuzz {

class json_reference {
public:
    // Nothing where the text is not JSON; `too_deep` tells that more was not read.
    static std::optional<socketio::value> read(std::string_view text, bool& too_deep)
    {
        json_reference reader{text};
        socketio::value result;
        reader.space();
        bool const good = reader.any(result, 0);
        reader.space();
        too_deep = reader.too_deep_;
        return good && reader.at_ == text.size() ? std::optional{result} : std::nullopt;
    }

private:
    explicit json_reference(std::string_view text) : text_{text} {}

    int peek() const { return at_ < text_.size() ? static_cast<unsigned char>(text_[at_]) : -1; }
    bool take(char c) { return peek() == c && ++at_ != 0; }
    bool word(std::string_view expected)
    {
        bool const there = text_.substr(at_, expected.size()) == expected;
        at_ += there ? expected.size() : 0;
        return there;
    }
    void space()
    {
        while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t')
            ++at_;
    }

    bool any(socketio::value& out, unsigned depth)
    {
        switch (peek()) {
        case '[': return list(out, depth + 1);
        case '{': return members(out, depth + 1);
        case '"': {
            std::string text;
            bool const good = string(text);
            out = text;
            return good;
        }
        case 't': out = true; return word("true");
        case 'f': out = false; return word("false");
        case 'n': out = nullptr; return word("null");
        default: return number(out);
        }
    }

    bool deeper(unsigned depth)
    {
        too_deep_ = too_deep_ || depth > socketio::default_json_depth;
        return !too_deep_;
    }

    bool list(socketio::value& out, unsigned depth)
    {
        if (!deeper(depth))
            return false;
        socketio::array elements;
        ++at_;
        space();
        for (bool first = true; !take(']'); first = false) {
            if (!first && !take(','))
                return false;
            space();
            socketio::value next;
            if (!any(next, depth))
                return false;
            elements.push_back(std::move(next));
            space();
        }
        out = std::move(elements);
        return true;
    }

    bool members(socketio::value& out, unsigned depth)
    {
        if (!deeper(depth))
            return false;
        socketio::object object;
        ++at_;
        space();
        for (bool first = true; !take('}'); first = false) {
            if (!first && !take(','))
                return false;
            space();
            std::string key;
            if (peek() != '"' || !string(key))
                return false;
            space();
            if (!take(':'))
                return false;
            space();
            socketio::value next;
            if (!any(next, depth))
                return false;
            object.append(std::move(key), std::move(next));
            space();
        }
        out = std::move(object);
        return true;
    }

    bool unit(unsigned& out)
    {
        out = 0;
        for (int i = 0; i != 4; ++i) {
            int const c = peek();
            int const digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
            if (digit < 0 || c < 0)
                return false;
            out = out * 16 + static_cast<unsigned>(digit);
            ++at_;
        }
        return true;
    }

    static void append(std::string& to, unsigned point)
    {
        auto const put = [&to](unsigned byte) { to.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
        if (point < 0x80)
            return put(point);
        if (point < 0x800) {
            put(0xC0u | point >> 6);
            return put(0x80u | (point & 0x3Fu));
        }
        if (point < 0x10000) {
            put(0xE0u | point >> 12);
        } else {
            put(0xF0u | point >> 18);
            put(0x80u | (point >> 12 & 0x3Fu));
        }
        put(0x80u | (point >> 6 & 0x3Fu));
        put(0x80u | (point & 0x3Fu));
    }

    bool escape(std::string& to)
    {
        constexpr std::string_view letters = "\"\\/bfnrt";
        constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
        int const c = peek();
        if (c < 0)
            return false;
        ++at_;
        if (auto const known = letters.find(static_cast<char>(c)); known != std::string_view::npos) {
            to.push_back(meant[known]);
            return true;
        }
        unsigned point = 0;
        if (c != 'u' || !unit(point))
            return false;
        if (point >= 0xD800 && point <= 0xDFFF) {
            std::size_t const before = at_;
            unsigned second = 0;
            if (point < 0xDC00 && word("\\u") && unit(second) && second >= 0xDC00 && second <= 0xDFFF) {
                point = 0x10000 + ((point - 0xD800) << 10 | (second - 0xDC00));
            } else {
                at_ = before;
                point = 0xFFFD; // half a pair
            }
        }
        append(to, point);
        return true;
    }

    bool string(std::string& out)
    {
        ++at_;
        while (!take('"')) {
            int const c = peek();
            if (c < 0x20)
                return false;
            ++at_;
            if (c != '\\')
                out.push_back(static_cast<char>(c));
            else if (!escape(out))
                return false;
        }
        return true;
    }

    bool digits()
    {
        std::size_t const from = at_;
        while (peek() >= '0' && peek() <= '9')
            ++at_;
        return at_ != from;
    }

    bool number(socketio::value& out)
    {
        std::size_t const from = at_;
        bool const minus = take('-');
        if (!take('0') && !digits())
            return false;
        std::size_t const whole = at_;
        if (take('.') && !digits())
            return false;
        if (take('e') || take('E')) {
            if (!take('+'))
                take('-');
            if (!digits())
                return false;
        }
        std::string const text{text_.substr(from, at_ - from)};
        errno = 0;
        if (at_ == whole && text != "-0") {
            if (minus ? (out = std::strtoll(text.c_str(), nullptr, 10), errno == 0)
                      : (out = std::strtoull(text.c_str(), nullptr, 10), errno == 0))
                return true;
        }
        out = std::strtod(text.c_str(), nullptr);
        return true;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool too_deep_ = false;
};

} // namespace fuzz
