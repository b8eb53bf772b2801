using Ocs.Pruning.Regularization;

namespace Ocs.Pruning.Tests.Regularization;

public sealed class StrengthScheduleTests
{
    [Fact]
    public void As_printed_the_increment_itself_grows()
    {
        // lambda_0 = 1, delta = 10: 1, 1 + 10, 11 + 20, 31 + 30, 61 + 40.
        Assert.Equal([1, 11, 31, 61, 101], Series(start: 30, epochs: 5, interval: 1, StrengthGrowth.Printed));
    }

    [Fact]
    public void As_printed_an_interval_holds_the_increment()
    {
        // floor((t - t_sl) / 2) = 0, 0, 1, 1, 2, 2.
        Assert.Equal([1, 1, 11, 21, 41, 61], Series(start: 7, epochs: 6, interval: 2, StrengthGrowth.Printed));
    }

    [Fact]
    public void With_the_papers_numbers_sixty_epochs_give_eighteen_hundredths()
    {
        // 1e-4 (1 + sum of 1 to 59).
        Assert.Equal(0.1771, StrengthSchedule.At(89, 30, 1e-4, 1e-4, 1, StrengthGrowth.Printed), 1e-12);
    }

    [Fact]
    public void As_the_program_does_the_same_increment_comes_each_interval_from_the_first_epoch_on()
    {
        Assert.Equal([11, 21, 31, 41], Series(start: 32, epochs: 4, interval: 1, StrengthGrowth.Linear));
    }

    [Fact]
    public void The_programs_interval_counts_absolute_epochs()
    {
        // Epochs 7 to 12: multiples of 3 are 9 and 12.
        Assert.Equal([1, 1, 11, 11, 11, 21], Series(start: 7, epochs: 6, interval: 3, StrengthGrowth.Linear));
    }

    private static double[] Series(int start, int epochs, int interval, StrengthGrowth growth) =>
        [.. Enumerable.Range(start, epochs).Select(
            epoch => StrengthSchedule.At(epoch, start, 1, 10, interval, growth))];
}
