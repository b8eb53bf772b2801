using System.Globalization;

namespace Ocs.Torch;

/// <summary>The kind of a device.</summary>
public enum DeviceKind
{
    /// <summary>The processor of the machine.</summary>
    Cpu = 0,

    /// <summary>An NVIDIA GPU.</summary>
    Cuda = 1,
}

/// <summary>The device of a tensor; the default is the CPU.</summary>
/// <param name="Kind">The kind of device.</param>
/// <param name="Index">The index among devices of its kind, from 0.</param>
public readonly record struct Device(DeviceKind Kind, int Index)
{
    /// <summary>The processor of the machine.</summary>
    public static Device Cpu => default;

    /// <summary>The GPU with this index.</summary>
    public static Device Cuda(int index = 0) => new(DeviceKind.Cuda, index);

    /// <summary>Reads <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>.</summary>
    public static Device Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        switch (text)
        {
            case "cpu":
                return Cpu;
            case "cuda":
                return Cuda();
        }

        return text.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? Cuda(index)
            : throw new OcsInputException($"'{text}' is not a device: write cpu, cuda or cuda:N.");
    }

    /// <summary>The form that <see cref="Parse"/> reads: <c>cpu</c> or <c>cuda:1</c>.</summary>
    public override string ToString()
        => Kind == DeviceKind.Cpu ? "cpu" : string.Create(CultureInfo.InvariantCulture, $"cuda:{Index}");
}
