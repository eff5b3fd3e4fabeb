// Texts and bytes between this library's UTF-8 and Qt's classes.
#pragma once

#include <QByteArray>
#include <QChar>
#include <QString>
#include <QStringView>

#include <socketio/core/foreign_macros_begin.hpp>

#include <socketio/core/bytes.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string_view>

namespace socketio::detail {

using qt_size = decltype(QString{}.size()); // an int with Qt 5

// Qt 5 has no room for more than 2 GiB, which limits.message_size stays far below.
inline qt_size to_qt_size(std::size_t size) noexcept
{
    constexpr auto most = static_cast<std::size_t>((std::numeric_limits<qt_size>::max)());
    return static_cast<qt_size>((std::min)(size, most));
}

// Qt drops a byte order mark, which in a text of a message is a character like others.
inline QString to_qstring(std::string_view from)
{
    QString text = QString::fromUtf8(from.data(), to_qt_size(from.size()));
    if (from.starts_with("\xef\xbb\xbf"))
        text.prepend(QChar{0xfeff});
    return text;
}

// A surrogate without its other half becomes U+FFFD, as in JavaScript. (Qt would write a question mark.)
inline QByteArray to_utf8(QStringView from)
{
    if (from.isValidUtf16())
        return from.toUtf8();
    QString repaired = from.toString();
    for (qt_size i = 0; i != repaired.size(); ++i) {
        bool const is_pair = repaired.at(i).isHighSurrogate() && i + 1 != repaired.size() &&
                             repaired.at(i + 1).isLowSurrogate();
        if (is_pair)
            ++i;
        else if (repaired.at(i).isSurrogate())
            repaired[i] = QChar{QChar::ReplacementCharacter};
    }
    return repaired.toUtf8();
}

inline std::string_view view_of(QByteArray const& text) noexcept
{
    return {text.constData(), static_cast<std::size_t>(text.size())};
}

inline bytes_view bytes_of(QByteArray const& data) noexcept
{
    return {reinterpret_cast<std::byte const*>(data.constData()), static_cast<std::size_t>(data.size())};
}

inline QByteArray to_qbytes(bytes_view from)
{
    return {reinterpret_cast<char const*>(from.data()), to_qt_size(from.size())};
}

} // namespace socketio::detail

#include <socketio/core/foreign_macros_end.hpp>
