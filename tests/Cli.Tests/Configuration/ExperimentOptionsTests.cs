using Ocs.Cli.Configuration;
using Ocs.Cli.Runs;
using Ocs.Data;
using Ocs.Pruning;
using Ocs.Pruning.Coupling;
using Ocs.Pruning.Saliency;
using Ocs.Torch;
using Ocs.Training;
using Ocs.Training.Optimizers;
using Ocs.Training.Schedules;

namespace Ocs.Cli.Tests.Configuration;

/// <summary>YAML to options and back.</summary>
public class ExperimentOptionsTests
{
    private const string Least = "model: cifar_resnet20\ndata: cifar10\n";

    public static TheoryData<string> Experiments =>
        [.. Repository.Files("experiments", "*.yaml")
            .Select(file => Path.GetRelativePath(Repository.Root, file)).Order()];

    [Fact]
    public void Every_experiment_has_its_row_in_the_list()
    {
        var list = File.ReadAllText(Path.Combine(Repository.Root, "experiments", "README.md"));
        Assert.All(
            Repository.Files("experiments", "*.yaml"),
            file => Assert.Contains(
                $"({Path.GetRelativePath(Path.Combine(Repository.Root, "experiments"), file)})", list,
                StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("auto", null)]
    [InlineData("8", 8)]
    public void What_is_found_by_itself_is_called_auto(string text, int? multiple)
    {
        var options = Read($"{Least}pruning: {{ round-to: {text} }}");
        Assert.Equal(multiple, options.Pruning.RoundTo);
        Assert.Contains($"\n  round-to: {text}\n", options.ToYaml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_are_those_of_the_paper_with_a_ranking_a_schedule_and_epochs_that_fit_any_run()
    {
        var options = Read(Least);

        Assert.Equal([90, 180, 240, 270], options.Training.Milestones.ToArray());
        Assert.Equal((0.1, ScheduleKind.Cosine), (options.Training.LearningRate, options.Training.Schedule));
        Assert.Equal(
            new TrainingOptions().Resolved() with { MilestoneEpochs = [] },
            options.Training with { MilestoneEpochs = [] });
        Assert.Equal(Preset.Auto, options.Preset);
        Assert.Equal(
            OneCycleOptions.Paper with
            {
                Ranking = Ranking.Auto,
                OptimizerAtCut = OptimizerAtCut.Auto,
                MaximumPruned = 0.9,
                RoundTo = null,
                TargetTolerance = 0.005,
                SparsityStartEpoch = SparsityStart.Auto,
                LatestCutEpoch = 150,
                CutAtEnd = false,
                Penalty = false,
                ShrinkageKind = ShrinkageKind.Deadline,
                ShrinkageEpochs = 60,
                Stability = StabilityKind.Dispute,
                RecalibrationBatches = 50,
                Repair = true,
            },
            options.Pruning);
        Assert.Equal(AugmentationOptions.CifarTrain, options.Augmentation);
        Assert.Equal(NormalizationChoice.DataSet, options.Normalization);
    }

    [Fact]
    public void A_configuration_starts_from_the_librarys_options()
    {
        var options = Read(Least + "training: { optimizer: adam }");
        var training = new TrainingOptions { Optimizer = OptimizerKind.Adam }.Resolved();
        Assert.Equal(training with { MilestoneEpochs = [] }, options.Training with { MilestoneEpochs = [] });
        Assert.Equal(new OneCycleOptions().For(epochs: 300), options.Pruning);
        Assert.Equal(TrainingOptions.Paper.Resolved().ToString(), Read(Least + "preset: paper").Training.ToString());
        Assert.Equal(
            OneCycleOptions.Official.ForAnyEpochs().For(epochs: 300), Read(Least + "preset: official").Pruning);
    }

    [Theory]
    [InlineData("a\nb: c")]
    [InlineData("\t\"quoted\" \\ 'and' \u0085\u2028\u001b[31m")]
    [InlineData("it's plain")]
    public void A_path_with_whatever_characters_is_written_and_read_back(string path)
    {
        var options = Read(Least) with { Weights = path };

        Assert.Equal(path, Read(options.ToYaml()).Weights);
    }

    [Fact]
    public void A_file_without_end_is_refused_in_a_sentence() => Assert.Contains(
        "is longer than 16 MiB",
        Assert.Throws<OcsInputException>(() => ExperimentOptions.Load("/dev/zero", [])).Message,
        StringComparison.Ordinal);

    [Fact]
    public void The_preset_is_what_the_file_states_its_changes_to()
    {
        var options = Read(Least + "preset: official\npruning: { target: 0.3, cost-weighting: false }");

        Assert.Equal(
            OneCycleOptions.Official
                with
            { Target = 0.3, CostWeighting = false, LatestCutEpoch = 120, CutAtEnd = false }, options.Pruning);
        Assert.Equal(
            OneCycleOptions.Paper, Read(Least + "preset: paper\npruning: { cut-at-end: true, round-to: 1 }").Pruning);
        Assert.Equal(NormalizationChoice.Official, options.Normalization);
        Assert.Equal(
            NormalizationChoice.DataSet, Read(Least + "preset: official\nnormalization: data-set").Normalization);
    }

    [Theory]
    [InlineData(1, "auto", "auto", 0, "")]
    [InlineData(2, "auto", "auto", 1, "1")]
    [InlineData(3, "auto", "auto", 2, "1, 2")]
    [InlineData(5, "auto", "auto", 3, "2, 3, 4")]
    [InlineData(3, "paper", "0", 1, "1, 2")]
    [InlineData(5, "paper", "1", 2, "2, 3, 4")]
    [InlineData(6, "paper", "1", 2, "2, 4, 5")]
    [InlineData(10, "auto", "auto", 5, "3, 6, 8, 9")]
    [InlineData(10, "paper", "1", 4, "3, 6, 8, 9")]
    [InlineData(300, "paper", "30", 120, "90, 180, 240, 270")]
    [InlineData(3, "official", "0", 0, "1, 2")]
    [InlineData(6, "official", "1", 2, "2, 4, 5")]
    [InlineData(300, "official", "30", 120, "90, 180, 240, 270")]
    public void Epochs_that_are_not_given_follow_from_their_number(
        int epochs, string preset, string start, int latest, string milestones)
    {
        var options = Read(
            $"{Least}preset: {preset}\ntraining: {{ epochs: {epochs} }}\npruning: {{ sparsity-start-epoch: null }}");

        options.Pruning.ValidateFor(epochs);
        Assert.Equal(
            (start, latest), (options.Pruning.SparsityStartEpoch.ToString(), options.Pruning.LatestCutEpoch!.Value));
        Assert.Equal(milestones, string.Join(", ", options.Training.MilestoneEpochs!.Value));
        Assert.Equal(options.ToYaml(), Read(options.ToYaml()).ToYaml());
    }

    [Theory]
    [InlineData("auto", "sparsity-start-epoch: 5", "5", 6)]
    [InlineData("auto", "sparsity-start-epoch: 9", "9", 9)]
    [InlineData("auto", "latest-cut-epoch: 1", "auto", 1)]
    [InlineData("auto", "cut-at-end: true", "auto", null)]
    [InlineData("paper", "sparsity-start-epoch: 5", "5", 6)]
    [InlineData("paper", "sparsity-start-epoch: 9", "9", 9)]
    [InlineData("paper", "latest-cut-epoch: 1", "0", 1)]
    [InlineData("paper", "sparsity-start-epoch: auto", "auto", 4)]
    [InlineData("paper", "monitor-start-epoch: 2", "2", 4)]
    [InlineData("paper", "cut-at-end: true", "1", null)]
    public void An_epoch_that_is_given_moves_the_other(string preset, string given, string start, int? latest)
    {
        var options = Read($"{Least}preset: {preset}\ntraining: {{ epochs: 10 }}\npruning: {{ {given} }}");

        options.Pruning.ValidateFor(10);
        Assert.Equal((start, latest), (options.Pruning.SparsityStartEpoch.ToString(), options.Pruning.LatestCutEpoch));
    }

    [Theory]
    [InlineData("", ScheduleKind.Cosine)]
    [InlineData("preset: paper", ScheduleKind.MultiStep)]
    [InlineData("preset: official", ScheduleKind.MultiStep)]
    [InlineData("training: { schedule: step }", ScheduleKind.Step)]
    [InlineData("training: { milestone-epochs: [100] }", ScheduleKind.MultiStep)]
    [InlineData("training: { gamma: 0.1 }", ScheduleKind.MultiStep)]
    [InlineData("training: { step-epochs: 10 }", ScheduleKind.Step)]
    [InlineData("training: { step-epochs: 10, gamma: 0.1 }", ScheduleKind.Step)]
    [InlineData("training: { step-epochs: 10, milestone-epochs: [100] }", ScheduleKind.MultiStep)]
    [InlineData("preset: paper\ntraining: { step-epochs: 10 }", ScheduleKind.Step)]
    public void The_rate_falls_along_a_cosine_unless_the_file_or_its_preset_says_otherwise(
        string given, ScheduleKind expected)
    {
        var options = Read($"{Least}{given}\n");

        Assert.Equal(expected, options.Training.Schedule);
        Assert.Equal(expected, Read(options.ToYaml()).Training.Schedule);
    }

    [Theory]
    [InlineData("", 0.1)]
    [InlineData("weights: a.safetensors", 0.01)]
    [InlineData("training: { optimizer: adam }", 0.001)]
    [InlineData("training: { optimizer: adamw }", 0.001)]
    [InlineData("preset: paper\ntraining: { optimizer: adamw }", 0.001)]
    [InlineData("training: { optimizer: adamw }\nweights: a.safetensors", 0.0001)]
    [InlineData("training: { optimizer: adamw, learning-rate: 0.1 }\nweights: a.safetensors", 0.1)]
    public void The_rate_follows_from_the_optimiser_and_the_start_unless_it_is_given(string given, double expected)
    {
        var options = Read($"{Least}{given}");
        Assert.Equal(expected, options.Training.LearningRate);
        Assert.Equal(
            options.Training with { MilestoneEpochs = [] },
            Read(options.ToYaml()).Training with { MilestoneEpochs = [] });
    }

    [Fact]
    public void What_changes_the_weights_is_set_by_name()
    {
        var options = Read(
            $"{Least}training: {{ optimizer: adamw, beta1: 0.8, beta2: 0.99, epsilon: 1e-6, "
            + "decay-norms-and-biases: false, clip-gradient-norm: 1, ema-decay: 0.999, accumulation-steps: 4 }");
        Assert.Equal(
            (OptimizerKind.Adamw, 0.8, 0.99, 1e-6, false, 1.0, 0.999, 4),
            (options.Training.Optimizer, options.Training.Beta1, options.Training.Beta2, options.Training.Epsilon,
                options.Training.DecayNormsAndBiases, options.Training.ClipGradientNorm, options.Training.EmaDecay,
                options.Training.AccumulationSteps));
        var least = Read(Least).Training;
        Assert.Equal((null, null, 1), (least.ClipGradientNorm, least.EmaDecay, least.AccumulationSteps));
        var error = Assert.Throws<OcsInputException>(() => Read($"{Least}training: {{ optimizer: adamx }}"));
        Assert.Contains(
            "training.optimizer must be one of sgd, adam, adamw, but is 'adamx'", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Every_kind_of_value_is_read()
    {
        var options = Read(Least + """
            seed: 7
            data-limit: 100
            augmentation: { horizontal-flip: false }
            training:
              learning-rate: 5e-2
              schedule: multi-step
              milestone-epochs: [1, 2]
              nesterov: false
            pruning: { sparsity-start-epoch: auto, latest-cut-epoch: 9, saliency: squared-norm }
            """);

        Assert.Equal((7ul, 7ul, 100), (options.Seed, options.Training.Seed, options.DataLimit));
        Assert.Equal(AugmentationOptions.CifarTrain with { HorizontalFlip = false }, options.Augmentation);
        Assert.Equal(
            (0.05, ScheduleKind.MultiStep, false),
            (options.Training.LearningRate, options.Training.Schedule, options.Training.Nesterov));
        Assert.Equal([1, 2], options.Training.Milestones.ToArray());
        Assert.Equal((SparsityStart.Auto, 9), (options.Pruning.SparsityStartEpoch, options.Pruning.LatestCutEpoch));
    }

    [Fact]
    public void Assignments_go_over_the_file()
    {
        var options = ExperimentOptions.Read(
            Least + "training: { epochs: 3 }",
            "test.yaml",
            [
                "training.epochs=5", "seed=1", "pruning.target=0.25", "training.milestone-epochs=[2, 4]",
                "preset=official",
            ]);

        Assert.Equal((5, 1ul, 0.25), (options.Training.Epochs, options.Training.Seed, options.Pruning.Target));
        Assert.Equal([2, 4], options.Training.Milestones.ToArray());
        Assert.Equal(PartitionRule.Official, options.Pruning.Partition);
    }

    [Fact]
    public void The_start_is_the_files_unless_the_command_line_names_one()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.yaml");
        File.WriteAllText(path, Least + "weights: a b.pth\nreset-classifier: true");
        try
        {
            var stated = ExperimentOptions.Load(path, []);
            var over = ExperimentOptions.Load(path, ["reset-classifier=false"], Flag("weights", "c.ocs"));
            Assert.Equal(("a b.pth", true), (stated.Weights, stated.ResetClassifier));
            Assert.Equal(("c.ocs", false), (over.Weights, over.ResetClassifier));
            Assert.Equal(stated.Weights, Read(stated.ToYaml()).Weights);
            Assert.Null(Read(Least).Weights);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Criterion_ranking_budget_and_limits_are_read_and_written()
    {
        var pruning = Read(Least + """
            pruning:
              saliency: l1-norm
              ranking: isomorphic
              resource: memory
              maximum-pruned: 0.9
              maximum-pruned-of: ['layer1.*=0.5', fc=0.25]
              minimum-channels: 4
              round-to: 8
              ignore: [conv1, '*.downsample']
              only: []
            """).Pruning;

        Assert.Equal(
            (SaliencyKind.L1Norm, Ranking.Isomorphic, Resource.Memory),
            (pruning.Saliency, pruning.Ranking, pruning.Resource));
        Assert.Equal((0.9, 4, 8), (pruning.MaximumPruned, pruning.MinimumChannels, pruning.RoundTo));
        Assert.Equal(["layer1.*=0.5", "fc=0.25"], pruning.MaximumPrunedOf.ToArray());
        Assert.Equal(["conv1", "*.downsample"], pruning.Ignore.ToArray());
        Assert.Empty(pruning.Only);
        var experiment = Read(Least) with { Pruning = pruning };
        Assert.Equal(experiment.ToYaml(), Read(experiment.ToYaml()).ToYaml());
        Assert.Equal(pruning.Ignore.ToArray(), Read(experiment.ToYaml()).Pruning.Ignore.ToArray());
    }

    [Fact]
    public void Policies_and_kinds_that_stay_are_read_and_written()
    {
        var pruning =
            Read(Least + "pruning: { heads: same-index, groups: whole, freeze: [hidden-width, query-key] }").Pruning;

        Assert.Equal((CouplingPolicy.SameIndex, CouplingPolicy.Whole), (pruning.Heads!.Value, pruning.Groups!.Value));
        Assert.Equal([GroupKind.HiddenWidth, GroupKind.QueryKey], pruning.Freeze.ToArray());
        var text = (Read(Least) with { Pruning = pruning }).ToYaml();
        Assert.Equal(text, Read(text).ToYaml());
        Assert.Equal(pruning.Freeze.ToArray(), Read(text).Pruning.Freeze.ToArray());
        Assert.Null(Read(Least + "pruning: { heads: null }").Pruning.Heads);
    }

    [Fact]
    public void A_folder_of_images_has_ImageNets_augmentation_and_options_of_its_own()
    {
        var options = Read("model: resnet18\ndata: imagefolder\nimages: { size: 64, resize: 72, workers: 3, "
            + "skip-broken: true, packed: build }");

        Assert.Equal(AugmentationOptions.ImageNetTrain, options.Augmentation);
        Assert.Equal(
            new ImageFolderOptions { Size = 64, Resize = 72, Workers = 3, SkipBroken = true, Packed = PackedUse.Build },
            options.Images);
        Assert.Equal(options.Images, Read(options.ToYaml()).Images);
        var cropped = Read("model: resnet18\ndata: imagefolder\naugmentation: { min-crop-area: 0.25 }");
        Assert.Equal(0.25, cropped.Augmentation.MinCropArea);
    }

    [Fact]
    public void What_a_cuda_device_may_do_is_set_by_name()
    {
        var training =
            Read(Least + "training: { matmul-precision: medium, cudnn-benchmark: false, cuda-graph: off }").Training;
        Assert.Equal(
            (MatmulPrecision.Medium, false, CudaGraphChoice.Off),
            (training.MatmulPrecision, training.CudnnBenchmark, training.CudaGraph));
        var error = Assert.Throws<OcsInputException>(() => Read(Least + "training: { cuda-graph: maybe }"));
        Assert.Contains(
            "training.cuda-graph must be one of auto, on, off, but is 'maybe'", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_written_reads_as_the_same_options()
    {
        var options = Read(Least + "preset: official\nseed: 3\ntraining: { weight-decay: 1e-7, label-smoothing: 0.1 "
            + "}\npruning: { sparsity-start-epoch: auto }");

        var again = Read(options.ToYaml());

        Assert.Equal(options.ToYaml(), again.ToYaml());
        Assert.Equal(options.Pruning, again.Pruning);
        Assert.Equal(options.Training with { MilestoneEpochs = [] }, again.Training with { MilestoneEpochs = [] });
    }

    [Theory]
    [MemberData(nameof(Experiments))]
    public void An_experiment_file_reads_and_says_what_it_is(string file)
    {
        var options = ExperimentOptions.Load(Repository.PathOf(file), []);

        Assert.Contains(options.Data, TrainingDataSource.Names);
        var header = File.ReadLines(Repository.PathOf(file)).TakeWhile(line => line.StartsWith('#')).ToList();
        Assert.Contains(header, line => line.StartsWith("# Expected: ", StringComparison.Ordinal));
        Assert.Contains(header, line => line.StartsWith("# Time: ", StringComparison.Ordinal));
        Assert.Contains(header, line => line.StartsWith("# Command: ocs ", StringComparison.Ordinal));
    }

    private static Assignment Flag(string key, string value) => new(key, new ScalarSetting(value, $"--{key} {value}"));

    private static ExperimentOptions Read(string yaml) => ExperimentOptions.Read(yaml, "test.yaml", []);
}
