"""Reads a file of TensorBoard's events with Python's own protobuf and prints it as JSON."""
import json
import struct
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def check(data, masked):
    crc = crc32c(data)
    assert ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF == masked, "check sum"


def messages():
    """TensorBoard's messages, by the numbers in its own event.proto and summary.proto."""
    types = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="events.proto", package="t", syntax="proto3")

    def message(name, *fields):
        added = file.message_type.add(name=name)
        for field, number, kind, repeated in fields:
            one = added.field.add(name=field, number=number, label=types.LABEL_REPEATED if repeated else types.LABEL_OPTIONAL)
            if isinstance(kind, str):
                one.type, one.type_name = types.TYPE_MESSAGE, ".t." + kind
            else:
                one.type = kind

    double = types.TYPE_DOUBLE
    message("Histo", ("min", 1, double, 0), ("max", 2, double, 0), ("num", 3, double, 0), ("sum", 4, double, 0),
            ("sum_squares", 5, double, 0), ("limit", 6, double, 1), ("bucket", 7, double, 1))
    message("Value", ("tag", 1, types.TYPE_STRING, 0), ("simple", 2, types.TYPE_FLOAT, 0), ("histo", 5, "Histo", 0))
    message("Summary", ("value", 1, "Value", 1))
    message("Event", ("time", 1, double, 0), ("step", 2, types.TYPE_INT64, 0), ("version", 3, types.TYPE_STRING, 0),
            ("summary", 5, "Summary", 0))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    found = pool.FindMessageTypeByName("t.Event")
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(found)
    return message_factory.MessageFactory(pool).GetPrototype(found)


def plain(value):
    if not value.HasField("histo"):
        return value.simple
    h = value.histo
    return dict(min=h.min, max=h.max, num=h.num, sum=h.sum, sum_squares=h.sum_squares, limit=list(h.limit), bucket=list(h.bucket))


event, out = messages(), []
with open(sys.argv[1], "rb") as stream:
    while head := stream.read(12):
        length, crc = struct.unpack("<QI", head)
        check(head[:8], crc)
        data = stream.read(length)
        check(data, struct.unpack("<I", stream.read(4))[0])
        e = event.FromString(data)
        out.append(dict(time=e.time, step=e.step, version=e.version, values={v.tag: plain(v) for v in e.summary.value}))
json.dump(out, sys.stdout)
