using Ocs.Torch;

namespace Ocs.Training.Tests;

[NoTensorLeaks]
[OneThread]
public sealed class PrecisionTests
{
    [Fact]
    public void The_cycle_in_bf16_learns_what_it_learns_in_fp32()
    {
        var wide = Run(Precision.Fp32);
        var narrow = Run(Precision.Bf16);

        Assert.NotEqual(wide.Losses, narrow.Losses);
        Assert.All(wide.Losses.Zip(narrow.Losses), pair => Assert.InRange(pair.Second - pair.First, -0.05, 0.05));
        Assert.Equal((Precision.Fp32, Precision.Bf16), (wide.Precision, narrow.Precision));
        Assert.InRange(narrow.Accuracy, wide.Accuracy - 0.05, 1);
    }

    [Fact]
    public void Auto_takes_one_of_both_and_tells_the_times()
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(
            null, observer, TinyTask.Options with { Epochs = 1, Precision = Precision.Auto });
        using var result = trainer.Run();
        Assert.Contains(result.Precision, Precision.Auto.Candidates(Device.Cpu));
        Assert.Contains(observer.Messages, message => message.StartsWith("Layout: ", StringComparison.Ordinal));
    }

    [Fact]
    public void Fp16_on_a_cpu_is_refused_with_what_to_do()
    {
        using var observer = new RecordingObserver();
        var error = Assert.Throws<OcsInputException>(
            () => TinyTask.Trainer(null, observer, TinyTask.Options with { Precision = Precision.Fp16 }));
        Assert.Equal(
            "precision fp16 needs a CUDA device: libtorch's autocast knows only bf16 on a CPU; choose bf16, "
            + "auto or fp32.",
            error.Message);
    }

    [Fact]
    public void On_cuda_every_precision_may_be_chosen()
    {
        Assert.Equal([Precision.Fp16], Precision.Fp16.Candidates(Device.Cuda()));
        Assert.Equal([Precision.Fp32, Precision.Bf16], Precision.Auto.Candidates(Device.Cuda()));
    }

    [Theory]
    [InlineData("flags\t\t: fpu avx512f avx512_bf16 gfni", true)]
    [InlineData("flags : fpu amx_bf16", true)]
    [InlineData("Features\t: fp asimd bf16", true)]
    [InlineData("flags\t\t: fpu avx2 avx512_bf16x", false)]
    [InlineData("", false)]
    public void Bf16_instructions_are_read_off_the_processors_flags(string flags, bool expected) =>
        Assert.Equal(expected, Precisions.HasBfloat16(flags));

    private static (double[] Losses, double Accuracy, Precision Precision) Run(Precision precision)
    {
        using var observer = new RecordingObserver();
        using var trainer = TinyTask.Trainer(
            TinyTask.Pruning, observer, TinyTask.Options with { Precision = precision });
        using var result = trainer.Run();
        Assert.True(result.Gate!.Passed);
        return ([.. observer.Steps.Select(step => step.Loss)], result.ValidationAccuracy!.Value, result.Precision);
    }
}
