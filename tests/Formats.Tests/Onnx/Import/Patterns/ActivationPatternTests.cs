using Ocs.Formats.Onnx.Import;

namespace Ocs.Formats.Tests.Onnx.Import.Patterns;

public sealed class ActivationPatternTests
{
    private static readonly long[] Shape = [1, 5, 8];

    private readonly HandMade _g = new();
    private readonly string _x;

    public ActivationPatternTests() => _x = _g.Input("x", Shape);

    [Fact]
    public void Gelu_by_the_error_function_as_PyTorch_writes_it()
    {
        var erf = Make("Erf", Make("Div", _x, Number(MathF.Sqrt(2))));
        AssertGelu(Make("Mul", Make("Mul", _x, Make("Add", erf, Number(1))), Number(0.5f)), "none");
    }

    [Fact]
    public void Gelu_with_the_half_at_x_and_the_root_as_a_factor()
    {
        var erf = Make("Erf", Make("Mul", Number(MathF.Sqrt(0.5f)), _x));
        AssertGelu(Make("Mul", Make("Add", Number(1), erf), Make("Mul", Number(0.5f), _x)), "none");
    }

    [Fact]
    public void Gelu_with_the_half_at_the_sum()
    {
        var sum = Make("Add", Make("Erf", Make("Div", _x, Number(MathF.Sqrt(2)))), Number(1));
        AssertGelu(Make("Mul", _x, Make("Div", sum, Number(2))), "none");
    }

    [Fact]
    public void Gelu_by_tanh_as_PyTorch_writes_it()
    {
        var cube = Make("Mul", _x, Make("Mul", _x, _x));
        var polynomial = Make("Add", _x, Make("Mul", Number(0.044715f), cube));
        var tanh = Make("Tanh", Make("Mul", Number(0.7978846f), polynomial));
        AssertGelu(Make("Mul", Number(0.5f), Make("Mul", _x, Make("Add", Number(1), tanh))), "tanh");
    }

    [Fact]
    public void Gelu_by_tanh_with_a_power()
    {
        var polynomial = Make("Add", Make("Mul", Make("Pow", _x, Number(3)), Number(0.044715f)), _x);
        var tanh = Make("Tanh", Make("Mul", polynomial, Number(0.7978846f)));
        AssertGelu(Make("Mul", Make("Mul", Number(0.5f), _x), Make("Add", tanh, Number(1))), "tanh");
    }

    [Fact]
    public void Gelu_by_tanh_as_our_own_export_writes_it()
    {
        var factor = Make("Add", Make("Mul", Make("Mul", _x, _x), Number(0.044715f)), Number(1));
        var tanh = Make("Tanh", Make("Mul", Make("Mul", _x, Number(0.7978846f)), factor));
        AssertGelu(Make("Mul", Make("Mul", _x, Make("Add", tanh, Number(1))), Number(0.5f)), "tanh");
    }

    [Theory]
    [InlineData(1.5f, 1f, 0.5f)]
    [InlineData(1.4142135f, 2f, 0.5f)]
    [InlineData(1.4142135f, 1f, 0.4f)]
    public void Another_number_is_no_gelu(float root, float one, float half)
    {
        var sum = Make("Add", Make("Erf", Make("Div", _x, Number(root))), Number(one));
        Assert.Equal(5, _g.Types(Make("Mul", Make("Mul", _x, sum), Number(half))).Length);
    }

    [Fact]
    public void An_error_function_of_another_value_is_no_gelu()
    {
        var erf = Make("Erf", Make("Div", Make("Relu", _x), Number(MathF.Sqrt(2))));
        Assert.DoesNotContain(
            "Gelu", _g.Types(Make("Mul", Make("Mul", _x, Make("Add", erf, Number(1))), Number(0.5f))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Silu_is_x_times_its_sigmoid_in_any_order(bool first)
    {
        var gate = Make("Sigmoid", _x);
        AssertFused(first ? Make("Mul", gate, _x) : Make("Mul", _x, gate), "Silu", OnnxNode.Ours);
    }

    [Fact]
    public void A_gate_of_another_value_stays_a_product() =>
        Assert.Equal(["Relu", "Sigmoid", "Mul"], _g.Types(Make("Mul", _x, Make("Sigmoid", Make("Relu", _x)))));

    [Fact]
    public void Mish_is_x_times_tanh_of_softplus() =>
        AssertFused(Make("Mul", _x, Make("Tanh", Make("Softplus", _x))), "Mish");

    [Fact]
    public void Hard_swish_is_x_times_a_hard_sigmoid_of_slope_one_sixth()
    {
        AssertFused(Make("Mul", _x, Gate(1f / 6)), "HardSwish");
        Assert.Equal(["HardSigmoid", "Mul"], _g.Types(Make("Mul", _x, Gate(0.2f))));

        string Gate(float slope) => _g.Node("HardSigmoid", [_x], Shape, ("alpha", slope));
    }

    [Fact]
    public void Hard_swish_by_clip_in_its_three_forms()
    {
        AssertFused(Make("Div", Make("Mul", _x, Ramp()), Number(6)), "HardSwish");
        AssertFused(Make("Mul", _x, Make("Div", Ramp(), Number(6))), "HardSwish");
        AssertFused(Make("Mul", Make("Mul", Ramp(), _x), Number(1f / 6)), "HardSwish");
    }

    [Fact]
    public void A_hard_sigmoid_by_clip_without_x_is_one_again()
    {
        var node = _g.Single(Make("Div", Ramp(), Number(6)));
        Assert.True(node.Is("HardSigmoid"));
        Assert.Equal(1f / 6, (float)node.Float("alpha", 0));
    }

    [Fact]
    public void A_ramp_to_another_height_is_none() =>
        Assert.Equal(
            3, _g.Types(Make("Div", Make("Clip", Make("Add", _x, Number(3)), Number(0), Number(5)), Number(6))).Length);

    private string Ramp() => Make("Clip", Make("Add", _x, Number(3)), Number(0), Number(6));

    private string Make(string type, params string[] inputs) => _g.Node(type, inputs, Shape);

    private string Number(float number) => _g.Scalar(number);

    private void AssertGelu(string output, string approximate) =>
        Assert.Equal(approximate, AssertFused(output, "Gelu").Text("approximate", ""));

    private OnnxNode AssertFused(string output, string type, string domain = "")
    {
        var node = _g.Single(output);
        Assert.Equal((type, domain), (node.Type, node.Domain));
        Assert.Equal(["x"], node.Inputs.ToArray());
        _g.Message.Output.Clear();
        return node;
    }
}
