// Pictures as bytes, which come from anybody.
#pragma once

#include <QBuffer>
#include <QByteArray>
#include <QImage>
#include <QImageReader>

// As PNG, and small enough for one message.
inline QByteArray encode_picture(QImage const& from)
{
    bool const large = from.width() > 480 || from.height() > 360;
    QImage const sent = large ? from.scaled(480, 360, Qt::KeepAspectRatio, Qt::SmoothTransformation) : from;
    QByteArray data;
    QBuffer to{&data};
    to.open(QIODevice::WriteOnly);
    sent.save(&to, "PNG");
    return data;
}

// Null, if it is no PNG, or a huge one.
inline QImage decode_picture(QByteArray const& from)
{
    QBuffer data;
    data.setData(from);
    data.open(QIODevice::ReadOnly);
    QImageReader reader{&data, "PNG"};
    QSize const size = reader.size();
    if (!size.isValid() || size.width() > 2000 || size.height() > 2000)
        return {};
    return reader.read();
}
