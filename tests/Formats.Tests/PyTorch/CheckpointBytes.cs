using Ocs.Torch;

namespace Ocs.Formats.Tests.PyTorch;

/// <summary>Writes checkpoints as torch.save does: dictionaries within dictionaries, with tensors in them.</summary>
internal static class CheckpointBytes
{
    /// <summary>A checkpoint of tensors. Each part of a path before a slash is a key.</summary>
    public static byte[] Of(IEnumerable<(string Path, Tensor Tensor)> tensors)
    {
        var (pickle, data) = (new PickleBytes(), new List<(string, byte[])>());
        Dictionary([.. tensors.Select(pair => (pair.Path.Split('/'), pair.Tensor))]);
        return PickleBytes.Zip(pickle.Op(".").ToArray(), [.. data]);

        void Dictionary(List<(string[] Path, Tensor Tensor)> entries)
        {
            pickle.Op("}(").Text("epoch").Number(7);
            foreach (var group in entries.GroupBy(entry => entry.Path[0]))
            {
                pickle.Text(group.Key);
                if (group.First().Path.Length > 1)
                {
                    Dictionary([.. group.Select(entry => (entry.Path[1..], entry.Tensor))]);
                }
                else
                {
                    Add(group.First().Tensor);
                }
            }

            pickle.Op("u");
        }

        void Add(Tensor tensor)
        {
            var shape = tensor.Shape.ToArray();
            var strides = shape.Select(
                (_, dimension) => shape[(dimension + 1)..].Aggregate(1L, (product, size) => product * size));
            var type = tensor.DType == DType.Int64 ? "LongStorage" : "FloatStorage";
            pickle.Tensor($"{data.Count}", tensor.ElementCount, 0, shape, [.. strides], type);
            data.Add(($"data/{data.Count}", Of(tensor)));
        }
    }

    /// <summary>The elements of a tensor.</summary>
    public static byte[] Of(Tensor tensor) => tensor.DType == DType.Int64
        ? [.. tensor.ToArray<long>().SelectMany(BitConverter.GetBytes)]
        : PickleBytes.Floats(tensor.ToArray<float>());
}
