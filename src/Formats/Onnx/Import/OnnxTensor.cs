using System.Collections.Immutable;

namespace Ocs.Formats.Onnx.Import;

/// <summary>The element types of the importer: all floats become 32-bit floats, all integers 64-bit integers.</summary>
internal enum OnnxKind
{
    Float,
    Integer,
    Boolean,
}

/// <summary>A known value: an initializer, a constant, or a folded value. Its numbers are read on demand.</summary>
internal sealed class OnnxTensor
{
    private readonly LazyFloats? _floats;
    private readonly Lazy<long[]>? _integers;

    private OnnxTensor(
        OnnxKind kind, ImmutableArray<long> shape, LazyFloats? floats, Lazy<long[]>? integers, string? name)
    {
        (Kind, Shape, _floats, _integers, Name) = (kind, shape, floats, integers, name);
    }

    public OnnxKind Kind { get; }

    public ImmutableArray<long> Shape { get; }

    /// <summary>The initializer with exactly these numbers; null for computed values.</summary>
    public string? Name { get; }

    /// <summary>The matrix of which this is the transpose, if known.</summary>
    public OnnxTensor? TransposeOf { get; private init; }

    /// <summary>
    /// The initializer that all numbers come from, if folding only moved them; null if it computed or joined them.
    /// </summary>
    public OnnxTensor? Origin { get; private init; }

    /// <summary>The range of an 8-bit or 16-bit type; null for other types and for computed values.</summary>
    public (long Lowest, long Highest)? Bounds { get; init; }

    public long Count => CountOf(Shape);

    /// <summary>The numbers, row-major, as 32-bit floats.</summary>
    public float[] Floats =>
        _floats is not null ? _floats.Value : Array.ConvertAll(_integers!.Value, number => (float)number);

    /// <summary>The same for a single reader: of floats of the file no array is kept.</summary>
    public ReadOnlySpan<float> FloatsOnce => _floats is not null ? _floats.Once : Floats;

    /// <summary>The numbers as integers, row-major; fractions are truncated, booleans are 0 and 1.</summary>
    public long[] Integers =>
        _integers is not null ? _integers.Value : Array.ConvertAll(_floats!.Value, number => (long)number);

    /// <summary>The numbers of any type as doubles.</summary>
    public double[] Numbers => _floats is not null
        ? Array.ConvertAll(_floats.Value, number => (double)number)
        : Array.ConvertAll(_integers!.Value, number => (double)number);

    public static OnnxTensor OfFloats(ImmutableArray<long> shape, Func<float[]> numbers, string? name = null) =>
        OfFloats(shape, new LazyFloats(numbers), name);

    public static OnnxTensor OfFloats(ImmutableArray<long> shape, LazyFloats numbers, string? name = null) =>
        new(OnnxKind.Float, shape, numbers, null, name);

    public static OnnxTensor OfIntegers(
        ImmutableArray<long> shape, Func<long[]> numbers, OnnxKind kind = OnnxKind.Integer, string? name = null,
        (long Lowest, long Highest)? bounds = null) =>
        new(kind, shape, null, new(numbers), name) { Bounds = bounds };

    public static OnnxTensor Of(params long[] vector) => OfIntegers([vector.Length], () => vector);

    public static OnnxTensor Of(OnnxKind kind, ImmutableArray<long> shape, double[] numbers) => kind switch
    {
        OnnxKind.Float => OfFloats(shape, () => Array.ConvertAll(numbers, number => (float)number)),
        OnnxKind.Boolean => OfIntegers(shape, () => Array.ConvertAll(numbers, number => number != 0 ? 1L : 0L), kind),
        _ => OfIntegers(shape, () => Array.ConvertAll(numbers, number => (long)number)),
    };

    /// <summary>The same numbers as a separate parameter.</summary>
    public OnnxTensor Named(string? name) => new(Kind, Shape, _floats, _integers, name) { Bounds = Bounds };

    /// <summary>The same numbers, row-major, in another shape.</summary>
    public OnnxTensor Reshaped(ImmutableArray<long> shape) =>
        new(Kind, shape, _floats, _integers, shape.SequenceEqual(Shape) ? Name : null) { Origin = Origin ?? this };

    /// <summary>The same tensor, marked as taken from another.</summary>
    public OnnxTensor TakenFrom(OnnxTensor source) =>
        new(Kind, Shape, _floats, _integers, Name) { TransposeOf = TransposeOf, Origin = source.Origin ?? source };

    /// <summary>The transpose of a matrix.</summary>
    public OnnxTensor Transposed()
    {
        if (TransposeOf is not null)
        {
            return TransposeOf;
        }

        float[] Compute()
        {
            var (rows, columns) = ((int)Shape[0], (int)Shape[1]);
            var from = FloatsOnce;
            var to = new float[from.Length];
            for (var row = 0; row < rows; row++)
            {
                for (var column = 0; column < columns; column++)
                {
                    to[column * rows + row] = from[row * columns + column];
                }
            }

            return to;
        }

        return new(OnnxKind.Float, [Shape[1], Shape[0]], new(Compute), null, null)
        {
            TransposeOf = this,
            Origin = Origin ?? this,
        };
    }

    /// <summary>Whether it has one element, in any shape.</summary>
    public bool IsScalar => Count == 1;

    public static long CountOf(ImmutableArray<long> shape) => shape.Aggregate(1L, (product, size) => product * size);
}
